package guest.driver;

import static guest.driver.ScriptedBackEnd.bytes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.annotation.Annotation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import bus.linux.Epoll;
import bus.linux.Linux;
import bus.linux.MessageSocket;
import bus.linux.Sockets;

@Timeout(60)
final class SimulatedGuestTest {
	@TempDir
	Path folder;

	private static SimulatedGuest.Config config(String socket, int ports) {
		return new SimulatedGuest.Config() {
			@Override
			public Class<? extends Annotation> annotationType() {
				return SimulatedGuest.Config.class;
			}

			@Override
			public String socket() {
				return socket;
			}

			@Override
			public int ports() {
				return ports;
			}
		};
	}

	@Test
	void configuration_bad_saidWhat() {
		assertThrows(IllegalArgumentException.class, () -> new SimulatedGuest(config(" ", 1)));
		assertThrows(IllegalArgumentException.class, () -> new SimulatedGuest(config("/x", 128)));
	}

	private ScriptedBackEnd accept(int listening) throws IOException {
		try (var epoll = new Epoll(1)) {
			epoll.add(listening, Epoll.IN, 0);
			assertEquals(1, epoll.await(20_000), "the guest did not connect");
		}
		var backEnd = new ScriptedBackEnd(new MessageSocket(Sockets.accept(listening)), VirtioFeature.AS_LINUX,
				ScriptedBackEnd.ALL, 3);
		backEnd.post(() -> {
			backEnd.console.ports.put(0, List.of(new ControlMessage(0, ControlMessage.CONSOLE_PORT, 1),
					new ControlMessage(0, ControlMessage.PORT_OPEN, 1)));
			backEnd.console.ports.put(1, List.of(new ControlMessage(1, ControlMessage.PORT_NAME, 1, bytes("org.x.log")),
					new ControlMessage(1, ControlMessage.PORT_OPEN, 1)));
			backEnd.console.ports.put(2, List.of(new ControlMessage(2, ControlMessage.PORT_NAME, 1,
							bytes("org.x.echo")),
					new ControlMessage(2, ControlMessage.PORT_OPEN, 1)));
		});
		return backEnd;
	}

	private static void awaitOutput(ScriptedBackEnd backEnd, int port, String wanted) {
		var deadline = Deadline.after(Duration.ofSeconds(20));
		while (!new String(backEnd.console.output(port)).contains(wanted)) {
			assertTrue(!deadline.passed(), "port " + port + ": " + new String(backEnd.console.output(port)));
			LockSupport.parkNanos(1_000_000);
		}
	}

	@Test
	void guest_onABus_isLively() throws Exception {
		var path = folder.resolve("bus.sock");
		var guest = new SimulatedGuest(config(path.toString(), 3)); // before the socket is there
		int listening = Sockets.listenUnix(path, Sockets.OWNER_ONLY);
		try {
			for (int round = 0; round < 2; round++) { // the second time after the bus has gone
				try (var backEnd = accept(listening)) {
					awaitOutput(backEnd, 0, "Try 'help'");
					awaitOutput(backEnd, 1, "line 1 of org.x.log\n");
					backEnd.console.input(0, "uname\rechx\177o  a b\rnonsense\r\033[Aports\r");
					awaitOutput(backEnd, 0, "guest# echx\b \bo  a b\r\na b\r\nguest# ");
					awaitOutput(backEnd, 0, "sh: nonsense: not found");
					awaitOutput(backEnd, 0, "port 1 'org.x.log' open host=open");
					backEnd.console.input(2, "first\nsec");
					backEnd.console.input(2, "ond\n");
					awaitOutput(backEnd, 2, "echo: first\necho: second\n");
					awaitOutput(backEnd, 1, "line 2 of org.x.log\n");
					if (round == 1) {
						guest.shutDown();
						assertTrue(backEnd.log.contains("GET_VRING_BASE"), "it stopped the device as a guest does");
					}
				}
			}
		} finally {
			guest.shutDown();
			Linux.close(listening);
		}
	}
}
