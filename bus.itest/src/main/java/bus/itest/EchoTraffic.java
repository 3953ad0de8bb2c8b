package bus.itest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;

import guest.driver.GuestSidePort;

/** A program on the host and one in the guest that talk through a socket port without a pause. */
final class EchoTraffic implements AutoCloseable {
	private static final int PIECE = 5000;

	private final HostClient client;
	private final GuestSidePort port;
	private final Random random = new Random(1);
	private final byte[] piece = new byte[PIECE];
	private final Rounds rounds;

	private EchoTraffic(HostClient client, GuestSidePort port) {
		this.client = client;
		this.port = port;
		this.rounds = new Rounds(port.toString(), number -> talk());
	}

	/** Begins; the guest has the port open. */
	static EchoTraffic start(Path socket, GuestSidePort port) throws Exception {
		var client = HostClient.unix(socket);
		Await.until("host open", port::hostConnected);
		return new EchoTraffic(client, port);
	}

	private void talk() throws IOException {
		random.nextBytes(piece);
		client.send(piece);
		port.writeFully(readPiece(), Await.PATIENCE);
		assertArrayEquals(piece, client.receive(PIECE));
	}

	/** While the port's bundle is replaced, the guest's program finds the end of the file, and waits. */
	private byte[] readPiece() throws IOException {
		var read = new byte[PIECE];
		for (int done = 0; done < PIECE;) {
			int n = port.read(read, done, PIECE - done, Await.PATIENCE);
			if (n == GuestSidePort.WOULD_BLOCK || n == 0 && !port.awaitHostConnected(true, Await.PATIENCE))
				throw new IOException(port + ": " + done + " of " + PIECE + " bytes in " + Await.PATIENCE);
			done += n;
		}
		return read;
	}

	/** Waits until more has gone to and fro, begun after this call. */
	void awaitMore() {
		rounds.awaitMore();
	}

	/** Ends it; fails the test if it had failed. */
	@Override
	public void close() throws IOException {
		try {
			rounds.end();
		} finally {
			client.close();
		}
	}
}
