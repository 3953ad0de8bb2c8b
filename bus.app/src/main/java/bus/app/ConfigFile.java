package bus.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A file of the configuration folder, named as FileInstall reads names: {@code PID-LABEL.cfg} or {@code PID.cfg}.
 *
 * @param path where it is, absolute
 * @param pid the kind: the part before the first hyphen
 * @param label what the operator calls the bus or port; empty without a hyphen
 */
record ConfigFile(Path path, String pid, String label) {

	static ConfigFile of(Path path) {
		var name = path.getFileName().toString();
		name = name.substring(0, name.lastIndexOf('.'));
		int hyphen = name.indexOf('-');
		return hyphen > 0 ? new ConfigFile(path, name.substring(0, hyphen), name.substring(hyphen + 1))
				: new ConfigFile(path, name, "");
	}

	/** The configurations in a folder, by name; the same choice as felix.fileinstall.filter in vport.bndrun. */
	static List<ConfigFile> in(Path folder) throws IOException {
		try (var files = Files.list(folder)) {
			return files.filter(path -> path.toString().endsWith(".cfg") || path.toString().endsWith(".config"))
					.sorted().map(ConfigFile::of).toList();
		}
	}

	String name() {
		return path.getFileName().toString();
	}

	/** The PID that FileInstall gives to what it reads from the file. One that came another way has no file's name. */
	String servicePid() {
		return label.isEmpty() ? pid : pid + "~" + label;
	}
}
