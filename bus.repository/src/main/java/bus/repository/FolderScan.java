package bus.repository;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * What has changed among the jars of a folder from look to look. A file that changes from one look to the next is being
 * written, and counts once it has stayed the same.
 */
final class FolderScan {
	private final Path folder;
	private final Map<Path, Stamp> told = new HashMap<>();
	private Map<Path, Stamp> seen = Map.of();

	FolderScan(Path folder) {
		this.folder = folder;
	}

	/**
	 * @param whole files that count although this has not seen them before: all at the start, and those that somebody
	 *        moved here
	 */
	Changes look(Predicate<Path> whole) throws IOException {
		var now = stamps();
		var changed = now.keySet().stream().filter(path -> whole.test(path) || now.get(path).equals(seen.get(path)))
				.filter(path -> !now.get(path).equals(told.get(path))).toList();
		var gone = told.keySet().stream().filter(path -> !now.containsKey(path)).sorted().toList();
		seen = now;
		changed.forEach(path -> told.put(path, now.get(path)));
		told.keySet().removeAll(gone);
		return new Changes(changed, gone);
	}

	private Map<Path, Stamp> stamps() throws IOException {
		var stamps = new TreeMap<Path, Stamp>();
		try (var files = Files.newDirectoryStream(folder, "*.jar")) {
			for (var file : files)
				try {
					var attributes = Files.readAttributes(file, BasicFileAttributes.class);
					if (attributes.isRegularFile())
						stamps.put(file, new Stamp(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey()));
				} catch (NoSuchFileException e) {
					continue; // gone since it was listed, or a link to nothing
				}
		}
		return stamps;
	}

	/** With the inode, because a file that was copied with its time and moved here may have the size of the old one. */
	private record Stamp(FileTime modified, long size, Object inode) {
	}

	/**
	 * @param changed new files and those with new content
	 * @param gone files that were changed once and are not there any more
	 */
	record Changes(List<Path> changed, List<Path> gone) {
		boolean none() {
			return changed.isEmpty() && gone.isEmpty();
		}
	}
}
