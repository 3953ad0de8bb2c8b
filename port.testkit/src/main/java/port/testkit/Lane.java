package port.testkit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Random;

import org.opentest4j.AssertionFailedError;

import guest.driver.GuestSidePort;

/** One way of bytes, sent in pieces of every size and compared as they come. Never waits. Test's thread. */
abstract class Lane {
	/** Three sizes, so that single bytes, pages and all that a write takes have their turn. */
	private static final int[] LARGEST_PIECES = { 16, 4096, GuestSidePort.MAX_WRITE };

	private final String way;
	private final byte[] data;
	private final Random random;
	/** So far the sender may be ahead of the receiver. */
	private final int window;
	private final byte[] received = new byte[GuestSidePort.MAX_WRITE];
	private int sent;
	private int seen;

	private Lane(String way, byte[] data, Random random, int window) {
		this.way = way;
		this.data = data;
		this.random = random;
		this.window = window;
	}

	/** What the guest writes comes out at the far end. */
	static Lane fromGuest(GuestSidePort guest, FarEnd far, byte[] data, Random random, int window) {
		return new Lane("from the guest", data, random, window) {

			@Override
			int send(byte[] bytes, int offset, int length) throws IOException {
				return guest.writeNow(bytes, offset, Math.min(length, GuestSidePort.MAX_WRITE));
			}

			@Override
			int receive(byte[] into) throws IOException {
				return far.read(ByteBuffer.wrap(into));
			}
		};
	}

	/** What the far end says reaches the guest. */
	static Lane toGuest(GuestSidePort guest, FarEnd far, byte[] data, Random random, int window) {
		return new Lane("to the guest", data, random, window) {

			@Override
			int send(byte[] bytes, int offset, int length) throws IOException {
				return far.write(ByteBuffer.wrap(bytes, offset, length));
			}

			@Override
			int receive(byte[] into) throws IOException {
				return guest.readNow(into, 0, into.length);
			}
		};
	}

	abstract int send(byte[] bytes, int offset, int length) throws IOException;

	abstract int receive(byte[] into) throws IOException;

	/** Sends a piece, if it is taken; answers whether something has moved. */
	boolean push() throws IOException {
		int piece = Math.min(1 + random.nextInt(LARGEST_PIECES[random.nextInt(LARGEST_PIECES.length)]),
				Math.min(data.length - sent, window - (sent - seen)));
		int moved = piece <= 0 ? 0 : send(data, sent, piece);
		sent += Math.max(0, moved);
		return moved > 0;
	}

	/** Receives what is there; answers whether something was. */
	boolean pull() throws IOException {
		int count = receive(received);
		if (count <= 0)
			return false;
		if (seen + count > data.length)
			throw new AssertionFailedError(way + ": " + (seen + count - data.length)
					+ " bytes more have come than were sent");
		for (int i = 0; i < count; i++)
			if (received[i] != data[seen + i])
				throw new AssertionFailedError(Diagnosis.difference(way, data, seen + i, received, i, count));
		seen += count;
		return true;
	}

	int sent() {
		return sent;
	}

	boolean done() {
		return seen == data.length;
	}

	@Override
	public String toString() {
		return way + " " + sent + " of " + data.length + " bytes were sent and " + seen + " have come";
	}
}
