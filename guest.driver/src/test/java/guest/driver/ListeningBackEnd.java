package guest.driver;

import static guest.driver.ScriptedBackEnd.bytes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

import bus.linux.Epoll;
import bus.linux.Linux;
import bus.linux.MessageSocket;
import bus.linux.Sockets;

/** A scripted back-end behind a socket, with a console of id 0 and a connected port org.example.x of id 1. */
final class ListeningBackEnd implements AutoCloseable {
	private static final Duration LIMIT = Duration.ofSeconds(20);

	private final int listening;
	private final long offered;
	private final Thread acceptor;
	private volatile ScriptedBackEnd accepted;
	private volatile Throwable failure;

	ListeningBackEnd(Path socket, long offered) throws IOException {
		this.offered = offered;
		listening = Sockets.listenUnix(socket, Sockets.OWNER_ONLY);
		acceptor = Thread.ofPlatform().daemon().start(this::accept);
	}

	private void accept() {
		try (var epoll = new Epoll(1)) {
			epoll.add(listening, Epoll.IN, 0);
			assertEquals(1, epoll.await(Math.toIntExact(LIMIT.toMillis())), "the guest did not connect");
			var backEnd = new ScriptedBackEnd(new MessageSocket(Sockets.accept(listening)), offered,
					ScriptedBackEnd.ALL, 3);
			backEnd.post(() -> {
				backEnd.console.ports.put(0, List.of(new ControlMessage(0, ControlMessage.CONSOLE_PORT, 1)));
				backEnd.console.ports.put(1, List.of(
						new ControlMessage(1, ControlMessage.PORT_NAME, 1, bytes("org.example.x")),
						new ControlMessage(1, ControlMessage.PORT_OPEN, 1)));
			});
			accepted = backEnd;
		} catch (IOException | AssertionError e) {
			failure = e;
		}
	}

	ScriptedBackEnd accepted() {
		var deadline = Deadline.after(LIMIT);
		while (accepted == null) {
			assertTrue(failure == null && !deadline.passed(), () -> "no guest: " + failure);
			LockSupport.parkNanos(1_000_000);
		}
		return accepted;
	}

	void awaitOutput(int port, String wanted) {
		var deadline = Deadline.after(LIMIT);
		while (!new String(accepted().console.output(port)).equals(wanted)) {
			assertTrue(!deadline.passed(), () -> "port " + port + ": " + new String(accepted.console.output(port)));
			LockSupport.parkNanos(1_000_000);
		}
	}

	@Override
	public void close() {
		try {
			acceptor.join();
		} catch (InterruptedException e) {
			throw new AssertionError(e);
		}
		Linux.close(listening);
		if (accepted != null)
			accepted.close();
	}
}
