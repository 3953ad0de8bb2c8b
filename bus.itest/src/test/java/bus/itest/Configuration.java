package bus.itest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * The configuration folder of one vport process. Sockets and links are in it too: a UNIX socket's path must be short.
 *
 * @param folder FileInstall reads only {@code *.cfg} in it
 */
record Configuration(Path folder) {

	/** Answers the socket's path. */
	Path bus(String name, int ports) throws IOException {
		return bus(name, ports, List.of());
	}

	/**
	 * @param more lines of the file
	 */
	Path bus(String name, int ports, List<String> more) throws IOException {
		write("bus.vhostuser-" + name, "socket=" + path(name + ".sock"), "ports=" + ports, String.join("\n", more));
		return path(name + ".sock");
	}

	/** A console without a name; answers its link. */
	Path console(String label, String bus) throws IOException {
		write("port.console-" + label, "bus=" + bus, "name=org.vport." + label, "link=" + path(label));
		return path(label);
	}

	/** Answers the address. */
	Path socket(String label, String bus) throws IOException {
		write("port.socket-" + label, "bus=" + bus, "name=org.vport." + label, "listen=unix:" + path(label + ".sock"));
		return path(label + ".sock");
	}

	/** With a number of its own; answers the address. */
	Path socket(String label, String bus, int id) throws IOException {
		write("port.socket-" + label, "bus=" + bus, "name=org.vport." + label, "id=" + id,
				"listen=unix:" + path(label + ".sock"));
		return path(label + ".sock");
	}

	/** Answers the path of the file that what the guest writes is appended to. */
	Path file(String label, String bus) throws IOException {
		write("port.file-" + label, "bus=" + bus, "name=org.vport." + label, "path=" + path(label + ".out"));
		return path(label + ".out");
	}

	Path path(String name) {
		return folder.resolve(name);
	}

	/** In one step, for FileInstall may look at any time. */
	void write(String name, String... lines) throws IOException {
		var unseen = Files.writeString(path(name + ".new"), String.join("\n", lines) + "\n");
		Files.move(unseen, path(name + ".cfg"), StandardCopyOption.ATOMIC_MOVE);
	}

	void remove(String name) throws IOException {
		Files.delete(path(name + ".cfg"));
	}
}
