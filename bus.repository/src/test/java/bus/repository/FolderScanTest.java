package bus.repository;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderScanTest {
	@TempDir
	Path folder;

	private Path write(String file, String content) throws IOException {
		return Files.writeString(folder.resolve(file), content);
	}

	@Test
	void firstLook_atOnce_tellsWhatIsThere_once() throws IOException {
		var scan = new FolderScan(folder);
		var jar = write("a.jar", "1");
		write("a.cfg", "x");
		Files.createDirectory(folder.resolve("sub.jar"));
		Files.createSymbolicLink(folder.resolve("nowhere.jar"), folder.resolve("none"));
		assertEquals(new FolderScan.Changes(List.of(jar), List.of()), scan.look(path -> true));
		assertTrue(scan.look(path -> true).none());
	}

	@Test
	void file_thatGrows_isToldWhenItHasStayedTheSame() throws IOException {
		var scan = new FolderScan(folder);
		var jar = write("a.jar", "1");
		assertTrue(scan.look(path -> false).none());
		write("a.jar", "12");
		assertTrue(scan.look(path -> false).none());
		assertEquals(List.of(jar), scan.look(path -> false).changed());
		write("a.jar", "123");
		assertTrue(scan.look(path -> false).none());
		assertEquals(List.of(jar), scan.look(path -> false).changed());
	}

	@Test
	void file_thatGoes_isGone_onlyIfItWasTold() throws IOException {
		var scan = new FolderScan(folder);
		var told = write("a.jar", "1");
		scan.look(path -> true);
		var untold = write("b.jar", "1");
		scan.look(path -> false);
		Files.delete(told);
		Files.delete(untold);
		assertEquals(new FolderScan.Changes(List.of(), List.of(told)), scan.look(path -> false));
	}

	@Test
	void file_ofTheSameSizeAndTime_movedOverIt_isChanged() throws IOException {
		var scan = new FolderScan(folder);
		var jar = write("a.jar", "1");
		scan.look(path -> true);
		var other = write("other", "2");
		Files.setLastModifiedTime(other, Files.getLastModifiedTime(jar));
		Files.move(other, jar, StandardCopyOption.REPLACE_EXISTING);
		assertEquals(List.of(jar), scan.look(path -> true).changed());
	}
}
