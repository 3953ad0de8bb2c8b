package bus.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;

final class MappedFileBindingTest {
	private static final int PAGE = 4096;

	private static int memfd(long size) {
		int fd = (int) Linux.memfd_create("mapped-file-test");
		assertEquals(0, Linux.ftruncate(fd, size));
		return fd;
	}

	private static boolean isMapped(long address) throws Exception {
		return Files.readString(Path.of("/proc/self/maps")).lines()
				.anyMatch(line -> line.startsWith(Long.toHexString(address) + "-"));
	}

	@Test
	void mapping_twoOfOneFile_seeEachOther() throws Exception {
		int fd = memfd(4 * PAGE);
		try (var whole = MappedFile.map(fd, 0, 4 * PAGE); var part = MappedFile.map(fd, 2 * PAGE, PAGE)) {
			Linux.close(fd);
			whole.segment().set(JAVA_INT, 2 * PAGE + 12, 77);
			assertEquals(77, part.segment().get(JAVA_INT, 12));
			assertEquals(PAGE, part.segment().byteSize());
			assertThrows(IndexOutOfBoundsException.class, () -> part.segment().get(JAVA_INT, PAGE));
		}
	}

	@Test
	void mapping_closed_unmappedAndThrows() throws Exception {
		int fd = memfd(PAGE);
		var mapped = MappedFile.map(fd, 0, PAGE);
		long address = mapped.segment().address();
		assertTrue(isMapped(address));
		mapped.close();
		mapped.close();
		assertFalse(isMapped(address));
		assertThrows(IllegalStateException.class, () -> mapped.segment().get(JAVA_INT, 0));
		Linux.close(fd);
	}

	@Test
	void mapping_badOffset_refusedWithItsNumbers() {
		int fd = memfd(PAGE);
		var e = assertThrows(LinuxException.class, () -> MappedFile.map(fd, 1, PAGE));
		assertEquals(Errno.EINVAL, e.errno());
		assertTrue(e.getMessage().contains("offset=1 size=4096"), e.getMessage());
		Linux.close(fd);
	}
}
