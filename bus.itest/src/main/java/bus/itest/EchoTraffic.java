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
	private final Background<Boolean> talk;
	private volatile long rounds;
	private volatile boolean ended;

	private EchoTraffic(HostClient client, GuestSidePort port) {
		this.client = client;
		this.port = port;
		this.talk = Background.start(this::talk);
	}

	/** Begins; the guest has the port open. */
	static EchoTraffic start(Path socket, GuestSidePort port) throws Exception {
		var client = HostClient.unix(socket);
		Await.until("host open", port::hostConnected);
		return new EchoTraffic(client, port);
	}

	private boolean talk() throws Exception {
		var random = new Random(1);
		var piece = new byte[PIECE];
		while (!ended) {
			random.nextBytes(piece);
			client.send(piece);
			port.writeFully(readPiece(), Await.PATIENCE);
			assertArrayEquals(piece, client.receive(PIECE));
			rounds = rounds + 1;
		}
		return true;
	}

	/** While the port's bundle is replaced, the guest's program finds the end of the file, and waits. */
	private byte[] readPiece() throws IOException {
		var piece = new byte[PIECE];
		for (int done = 0; done < PIECE;) {
			int n = port.read(piece, done, PIECE - done, Await.PATIENCE);
			if (n == GuestSidePort.WOULD_BLOCK || n == 0 && !port.awaitHostConnected(true, Await.PATIENCE))
				throw new IOException(port + ": " + done + " of " + PIECE + " bytes in " + Await.PATIENCE);
			done += n;
		}
		return piece;
	}

	/** Waits until more has gone to and fro, begun after this call. */
	void awaitMore() {
		long wanted = rounds + 2;
		Await.until("traffic on " + port, () -> rounds >= wanted || ended());
	}

	private boolean ended() {
		return talk.isDone() && talk.join();
	}

	/** Ends it; fails the test if it had failed. */
	@Override
	public void close() throws IOException {
		ended = true;
		try {
			talk.join();
		} finally {
			client.close();
		}
	}
}
