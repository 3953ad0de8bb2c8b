package port.guestagent.engine;

import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;

import port.guestagent.AgentException;

/** Writes a file of the guest; small writes are put together. One thread at a time. */
final class GuestOutput extends OutputStream {
	private static final int FIRST = 4096;

	private final GuestFile file;
	private byte[] piece = new byte[FIRST];
	private int length;

	GuestOutput(GuestFile file) {
		this.file = file;
	}

	@Override
	public void write(int value) throws AgentException {
		write(new byte[] { (byte) value }, 0, 1);
	}

	@Override
	public void write(byte[] bytes, int offset, int count) throws AgentException {
		Objects.checkFromIndexSize(offset, count, bytes.length);
		for (int done = 0; done < count;) {
			if (length >= file.pace())
				drain();
			int put = Math.min(count - done, file.pace() - length);
			if (length + put > piece.length)
				piece = Arrays.copyOf(piece, Math.min(Pace.LARGEST, Math.max(2 * piece.length, length + put)));
			System.arraycopy(bytes, offset + done, piece, length, put);
			length += put;
			done += put;
		}
	}

	private void drain() throws AgentException {
		var full = ByteBuffer.wrap(piece, 0, length);
		length = 0; // what fails here fails: what was written of it nobody knows
		file.write(full);
	}

	@Override
	public void flush() throws AgentException {
		drain();
		file.flush();
	}

	@Override
	public void close() throws AgentException {
		try {
			if (length > 0)
				flush();
		} finally {
			file.close();
		}
	}
}
