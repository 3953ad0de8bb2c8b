package port.console;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;

import bus.linux.Linux;
import bus.linux.LinuxException;

/**
 * What one instance of the port leaves to the next, besides descriptors: bytes in a file without a name, so that the bus
 * can keep them as it keeps descriptors.
 */
final class Kept {
	private static final int SEEK_SET = 0;
	private static final int SEEK_END = 2;

	private Kept() {
	}

	/** Answers the descriptor of a new file, which is the caller's. */
	static int file(byte[] content) throws IOException {
		int file = (int) LinuxException.check(Linux.memfd_create("port.console"), "memfd_create");
		try (var arena = Arena.ofConfined()) {
			var bytes = arena.allocateFrom(ValueLayout.JAVA_BYTE, content);
			for (long done = 0; done < content.length;)
				done += LinuxException.check(Linux.write(file, bytes.address() + done, content.length - done), "write");
			return file;
		} catch (IOException e) {
			Linux.close(file);
			throw e;
		}
	}

	/** Answers what is in such a file, and closes it. */
	static byte[] content(int file) throws IOException {
		try (var arena = Arena.ofConfined()) {
			int size = (int) LinuxException.check(Linux.lseek(file, 0, SEEK_END), "lseek");
			Linux.lseek(file, 0, SEEK_SET);
			var bytes = arena.allocate(Math.max(1, size));
			for (long done = 0; done < size;)
				done += LinuxException.check(Linux.read(file, bytes.address() + done, size - done), "read");
			var content = new byte[size];
			MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, 0, content, 0, size);
			return content;
		} finally {
			Linux.close(file);
		}
	}

	/** Writes what remains. */
	static void write(DataOutput to, ByteBuffer bytes) throws IOException {
		var array = new byte[bytes.remaining()];
		bytes.get(bytes.position(), array);
		to.writeInt(array.length);
		to.write(array);
	}

	static byte[] read(DataInput from) throws IOException {
		var array = new byte[from.readInt()];
		from.readFully(array);
		return array;
	}

	static void read(DataInput from, ByteBuffer into) throws IOException {
		into.put(read(from));
	}
}
