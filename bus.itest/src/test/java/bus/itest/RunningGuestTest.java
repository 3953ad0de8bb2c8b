package bus.itest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a guest can do without being restarted; the scenarios share one guest of each kind, each has its own ports. */
@Tag("guest")
@Timeout(value = 180, unit = TimeUnit.SECONDS)
@TestInstance(Lifecycle.PER_CLASS)
class RunningGuestTest {
	private static final int TRANSFER = 64 << 20;
	/** More than a ring of 128 descriptors of 32 KiB and a socket hold together. */
	private static final int MORE_THAN_FITS = 16 << 20;
	private static final Duration PATIENCE = Duration.ofSeconds(60);

	private record Machine(GuestHost host, GuestConsole console, Path transfer, Path unread, Path alone, Path soak,
			Path log) {
	}

	private final Machines<Machine> machines = new Machines<>(RunningGuestTest.class, RunningGuestTest::boot);

	private static Machine boot(Guest.Kind kind, GuestHost host) throws Exception {
		var files = host.configuration();
		var socket = files.bus("vm1", 7);
		var link = files.console("console", "vm1");
		var transfer = files.socket("transfer", "vm1");
		var unread = files.socket("unread", "vm1");
		var alone = files.socket("alone", "vm1");
		var soak = files.socket("soak", "vm1");
		var log = files.file("log", "vm1");
		host.start();
		host.boot(kind, socket, 7);
		return new Machine(host, host.login(link), transfer, unread, alone, soak, log);
	}

	@AfterAll
	void end() throws Exception {
		machines.close();
	}

	@AfterEach
	void nothingToWorryAbout() throws Exception {
		machines.assertNoComplaints();
	}

	@ParameterizedTest
	@EnumSource
	void boot_namedPorts_inSysAndDev(Guest.Kind kind) throws Exception {
		var machine = machines.of(kind);
		var console = machine.console();
		var names = Stream.of("alone", "console", "log", "soak", "transfer", "unread").map(name -> "org.vport." + name)
				.collect(Collectors.joining("\n"));
		assertEquals(names, console.run("cat /sys/class/virtio-ports/*/name | sort"));
		assertEquals(names, console.run("cd /dev/virtio-ports; for port in *; do [ -c $port ] && echo $port; done"));
		assertTrue(console.run("uname -a").startsWith("Linux vport-guest "));
		assertEquals("/dev/hvc0", console.run("readlink /proc/self/fd/0"));
	}

	@ParameterizedTest
	@EnumSource
	void transfer_64MiBEachWay_sameSha256(Guest.Kind kind) throws Exception {
		var machine = machines.of(kind);
		var console = machine.console();
		long seed = System.nanoTime();
		System.out.println(kind + " transfer: seed=" + seed);
		var data = new byte[TRANSFER];
		new Random(seed).nextBytes(data);
		var digest = sha256(data);
		var port = "/dev/virtio-ports/org.vport.transfer";
		try (var client = PortClient.connect(machine.transfer())) {
			// a read answers 0 until the guest has heard of the client
			console.run("(until head -c %d %s >/tmp/data && [ -s /tmp/data ]; do usleep 10000; done) &"
					.formatted(TRANSFER, port));
			client.send(data);
			assertEquals(digest, console.run("wait; sha256sum </tmp/data", PATIENCE).split(" ")[0]);
			console.run("cat /tmp/data >%s &".formatted(port));
			assertEquals(digest, sha256(client.receive(TRANSFER)));
			console.run("wait; rm /tmp/data");
		}
	}

	@ParameterizedTest
	@EnumSource
	void console_nobodyReads_guestGoesOn(Guest.Kind kind) throws Exception {
		var machine = machines.of(kind);
		var console = machine.console();
		console.stopReading();
		try {
			console.type("(dd if=/dev/zero bs=1k count=300 2>/dev/null | tr '\\0' x >/dev/hvc0;"
					+ " echo printed >/dev/virtio-ports/org.vport.log) &\n");
			machine.host().vport().await(vport -> Files.readString(machine.log()).contains("printed\n"),
					"line in the log of the file port");
		} finally {
			console.resumeReading();
		}
		assertEquals("alive", console.run("wait; echo alive"));
	}

	@ParameterizedTest
	@EnumSource
	void socket_clientDoesNotRead_onlyTheWriterWaits(Guest.Kind kind) throws Exception {
		var machine = machines.of(kind);
		var console = machine.console();
		try (var client = PortClient.connect(machine.unread())) {
			console.run("(head -c " + MORE_THAN_FITS + " /dev/zero | tr '\\0' x >/dev/virtio-ports/org.vport.unread;"
					+ " echo $? >/tmp/written) &");
			client.receive(1);
			assertEquals("alive", console.run("sync; echo alive"));
			assertEquals("", console.run("cat /tmp/written 2>/dev/null; true"));
			var rest = new String(client.receive(MORE_THAN_FITS - 1), StandardCharsets.ISO_8859_1);
			assertEquals(MORE_THAN_FITS - 1, rest.chars().filter(c -> c == 'x').count());
			assertEquals("0", console.run("wait; cat /tmp/written"));
		}
	}

	@ParameterizedTest
	@EnumSource
	void socket_noClient_theWriterWaitsForOne(Guest.Kind kind) throws Exception {
		var machine = machines.of(kind);
		var console = machine.console();
		console.run("(echo waited for you >/dev/virtio-ports/org.vport.alone; echo $? >/tmp/waited) &");
		assertEquals("alive", console.run("sync; echo alive"));
		assertEquals("", console.run("cat /tmp/waited 2>/dev/null; true"));
		try (var client = PortClient.connect(machine.alone())) {
			assertEquals("waited for you", client.line());
			assertEquals("0", console.run("wait; cat /tmp/waited"));
		}
	}

	@ParameterizedTest
	@EnumSource
	void socket_20000Lines_wholeAndInOrder(Guest.Kind kind) throws Exception {
		var machine = machines.of(kind);
		var console = machine.console();
		var expected = IntStream.rangeClosed(1, 20_000).mapToObj(i -> "line " + i + "\n").collect(Collectors.joining())
				.getBytes(StandardCharsets.US_ASCII);
		try (var client = PortClient.connect(machine.soak())) {
			console.run("(for i in $(seq 20000); do echo line $i; done >/dev/virtio-ports/org.vport.soak) &");
			assertArrayEquals(expected, client.receive(expected.length));
			console.run("wait");
		}
	}

	private static String sha256(byte[] data) throws Exception {
		return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(data));
	}
}
