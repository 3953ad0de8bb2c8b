package bus.linux;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.ByteBuffer;
import java.util.Arrays;

import org.junit.jupiter.api.Test;

class MemoryFileTest {

	@Test
	void content_fromPositionToLimit_comesOutOnce() throws Exception {
		var content = new byte[100_000];
		for (int i = 0; i < content.length; i++)
			content[i] = (byte) (i * 31 >> 3);
		var part = ByteBuffer.wrap(content, 10, 90_000);
		int file = MemoryFile.of(part);
		assertFalse(part.hasRemaining());
		assertArrayEquals(Arrays.copyOfRange(content, 10, 90_010), MemoryFile.take(file));
		assertEquals(-Errno.EBADF, Linux.close(file), "it is closed");
	}

	@Test
	void nothing_isAFileToo() throws Exception {
		assertEquals(0, MemoryFile.take(MemoryFile.of(ByteBuffer.allocate(0))).length);
	}
}
