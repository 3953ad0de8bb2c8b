package bench.latency;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

import guest.driver.GuestSidePort;

/** Two guests' ports that write as fast as they can: another port of the guest that is measured, and one of another bus. */
final class Load implements AutoCloseable {
	private static final Duration PATIENCE = Duration.ofSeconds(20);

	private final Spinner other;
	private final AtomicReference<IOException> trouble = new AtomicReference<>();
	private final List<Thread> threads;
	private volatile boolean over;

	Load(Spinner measured, Path socket) throws IOException {
		other = new Spinner(socket);
		measured.sink().open();
		other.sink().open();
		threads = List.of(writing(measured.sink()), writing(other.sink()));
	}

	private Thread writing(GuestSidePort port) {
		return Thread.ofPlatform().daemon().start(() -> {
			var bytes = new byte[GuestSidePort.MAX_WRITE];
			try {
				while (!over)
					port.write(bytes, 0, bytes.length, PATIENCE);
				port.close();
			} catch (IOException e) {
				trouble.set(e);
			}
		});
	}

	/** Throws if it was none. */
	void check() throws IOException {
		if (trouble.get() != null)
			throw trouble.get();
	}

	@Override
	public void close() {
		over = true;
		try {
			for (var thread : threads)
				thread.join();
		} catch (InterruptedException e) {
			Thread.currentThread().interrupt();
		}
		other.close();
	}
}
