package port.guestagent.engine;

import java.io.InputStream;
import java.util.Objects;

import port.guestagent.AgentException;

/** Reads a file of the guest from where it begins to its end. One thread at a time. */
final class GuestInput extends InputStream {
	private static final byte[] NOTHING = {};

	private final GuestFile file;
	private byte[] piece = NOTHING;
	private int at;
	private boolean ended;

	GuestInput(GuestFile file) {
		this.file = file;
	}

	@Override
	public int read() throws AgentException {
		return more() ? piece[at++] & 0xFF : -1;
	}

	@Override
	public int read(byte[] target, int offset, int length) throws AgentException {
		Objects.checkFromIndexSize(offset, length, target.length);
		if (length == 0)
			return 0;
		if (!more())
			return -1;
		int count = Math.min(length, piece.length - at);
		System.arraycopy(piece, at, target, offset, count);
		at += count;
		return count;
	}

	@Override
	public int available() {
		return piece.length - at;
	}

	private boolean more() throws AgentException {
		if (at == piece.length && !ended) {
			piece = file.read();
			at = 0;
			ended = piece.length == 0;
		}
		return at < piece.length;
	}

	@Override
	public void close() throws AgentException {
		piece = NOTHING;
		at = 0;
		ended = true;
		file.close();
	}
}
