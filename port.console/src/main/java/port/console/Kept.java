package port.console;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;

/** How buffers are written down in what one instance of the port leaves to the next. */
final class Kept {
	private Kept() {
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
