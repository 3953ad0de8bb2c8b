package bus.itest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The disk below one port's file is full: a program in a real guest that writes to that port waits, the guest's other ports
 * do not notice. When there is room again every byte is in the file.
 */
@Tag("guest")
@Timeout(value = 400, unit = TimeUnit.SECONDS)
class FullDiskTest {
	private static final int PORTS = 7;
	private static final int MEBIBYTE = 1 << 20;
	/** Four times what there is room for. */
	private static final int SENT = 16 * MEBIBYTE;
	private static final int ROUND_TRIPS = 300;
	private static final int MESSAGE = 64;
	private static final int COMMANDS = 50;
	private static final int ECHOED = 8 * MEBIBYTE;
	private static final Duration PATIENCE = Duration.ofSeconds(90);

	@RegisterExtension
	final Seed seed = new Seed();

	private GuestKind kind;
	private GuestHost host;
	private GuestConsole console;
	private PortClient echo;

	@EachLinux
	void fullDisk_itsPortWaits_othersAreUnharmed_roomAgain_nothingLost(GuestKind kind) throws Exception {
		this.kind = kind;
		try (var started = new GuestHost(FullDiskTest.class, kind.toString())) {
			host = started;
			var disk = mounted(host.configuration().path("disk"));
			boot(disk.resolve("log.out"));
			try (var client = PortClient.connect(host.configuration().path("echo.sock"))) {
				echo = client;
				Figures.machine();
				measure("before");
				console.run("dd if=/dev/urandom of=/tmp/sent bs=1M count=%d".formatted(SENT / MEBIBYTE), PATIENCE);
				console.run("{ dd if=/tmp/sent of=/dev/virtio-ports/org.vport.log bs=32k; echo $? >/tmp/end; } 2>&1 &");
				awaitShown("held +No space left on device since \\d\\d:\\d\\d:\\d\\d");
				assertEquals(4 * MEBIBYTE, Files.size(disk.resolve("log.out")));
				measure("while full");
				remount(disk, "size=64m");
				console.run("until [ -s /tmp/end ]; do usleep 10000; done; [ $(cat /tmp/end) = 0 ]", PATIENCE);
				awaitShown("held +no\\b");
				measure("with room again");
				assertAllThere(disk.resolve("log.out"));
				host.assertComplaints("log.out: No space left on device; the guest waits");
			}
		}
	}

	private Path mounted(Path disk) throws Exception {
		Files.createDirectory(disk);
		boolean mounted = run("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", disk.toString()) == 0;
		if (!mounted)
			System.out.println("skipped: a tmpfs cannot be mounted here; it needs root");
		assumeTrue(mounted, "needs root, to mount a tmpfs");
		host.endsWith(() -> run("umount", "-l", disk.toString()));
		return disk;
	}

	private static void remount(Path disk, String options) {
		assertEquals(0, run("mount", "-o", "remount," + options, disk.toString()));
	}

	private static int run(String... command) {
		try {
			return new ProcessBuilder(command).inheritIO().start().waitFor();
		} catch (IOException | InterruptedException e) {
			throw new AssertionError(e);
		}
	}

	private void boot(Path log) throws Exception {
		var files = host.configuration();
		var socket = files.bus("vm1", PORTS, kind.busKeys());
		var link = files.console("console", "vm1");
		files.socket("echo", "vm1");
		files.write("port.file-log", "bus=vm1", "name=org.vport.log", "path=" + log);
		host.startOnTerminal("ansi");
		host.vport().resizeTerminal(200, 50);
		host.boot(kind, socket, PORTS);
		console = host.login(link);
		console.run("set +m; p=/dev/virtio-ports/org.vport; until [ -c $p.echo -a -c $p.log ]; do usleep 10000; done");
		// a read answers 0 until the guest has heard of the client
		console.run("{ while :; do cat <&3 >&3; usleep 10000; done; } 3<>/dev/virtio-ports/org.vport.echo &");
	}

	private void awaitShown(String row) throws Exception {
		var wanted = Pattern.compile(row);
		long deadline = System.nanoTime() + PATIENCE.toNanos();
		String shown;
		do {
			shown = host.vport().ask("vport:show log", "(?s)^label +log\\b.*?^vport> ").group();
			assertTrue(System.nanoTime() - deadline < 0, shown);
		} while (!wanted.matcher(shown).find());
	}

	/** What the two other ports are good for: times there and back, and how much goes through. */
	private void measure(String when) throws Exception {
		var trips = new long[ROUND_TRIPS];
		for (int i = 0; i < trips.length; i++) {
			var message = seed.bytes(MESSAGE);
			long begun = System.nanoTime();
			echo.send(message);
			assertArrayEquals(message, echo.receive(MESSAGE));
			trips[i] = System.nanoTime() - begun;
		}
		var commands = new long[COMMANDS];
		for (int i = 0; i < commands.length; i++) {
			long begun = System.nanoTime();
			console.run(":");
			commands[i] = System.nanoTime() - begun;
		}
		var bytes = seed.bytes(ECHOED);
		long begun = System.nanoTime();
		var sending = Background.start(() -> {
			echo.send(bytes);
			return true;
		});
		assertArrayEquals(bytes, echo.receive(ECHOED));
		double seconds = (System.nanoTime() - begun) / 1e9;
		sending.join();
		Figures.print(kind + " full disk, " + when, "echo of %d bytes %s; of %d MiB %.1f MiB/s; console command %s",
				MESSAGE, Figures.spread(trips), ECHOED / MEBIBYTE, ECHOED / MEBIBYTE / seconds,
				Figures.spread(commands));
	}

	private void assertAllThere(Path log) throws Exception {
		assertEquals(SENT, Files.size(log));
		var digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(log)));
		assertEquals(console.run("sha256sum </tmp/sent | cut -d' ' -f1", PATIENCE), digest);
		Figures.print(kind + " full disk", "bytes=%d sha256=%s, equal in guest and file", SENT, digest);
	}
}
