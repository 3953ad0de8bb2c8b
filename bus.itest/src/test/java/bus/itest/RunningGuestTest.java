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

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What a guest can do without being restarted; the scenarios share one guest of each kind, each has ports of its own. */
@Tag("guest")
@Timeout(value = 180, unit = TimeUnit.SECONDS)
@ParameterizedClass
@EnumSource(Guest.Kind.class)
record RunningGuestTest(Guest.Kind kind) {
	private static final int TRANSFER = 64 << 20;
	/** More than a ring of 128 descriptors of 32 KiB and a socket hold together. */
	private static final int MORE_THAN_FITS = 16 << 20;
	private static final Duration PATIENCE = Duration.ofSeconds(60);

	private static GuestHost host;
	private static GuestConsole console;
	private static Path transfer;
	private static Path unread;
	private static Path alone;
	private static Path soak;
	private static Path log;

	@BeforeParameterizedClassInvocation
	static void boot(Guest.Kind kind) throws Exception {
		host = new GuestHost(RunningGuestTest.class, kind.toString());
		var files = host.configuration();
		var socket = files.bus("vm1", 7);
		var link = files.console("console", "vm1");
		transfer = files.socket("transfer", "vm1");
		unread = files.socket("unread", "vm1");
		alone = files.socket("alone", "vm1");
		soak = files.socket("soak", "vm1");
		log = files.file("log", "vm1");
		host.start();
		host.boot(kind, socket, 7);
		console = host.login(link);
	}

	@AfterParameterizedClassInvocation
	static void end() throws Exception {
		host.close();
	}

	@AfterEach
	void nothingToWorryAbout() throws Exception {
		host.assertComplaints();
	}

	@Test
	void boot_namedPorts_inSysAndDev() throws Exception {
		var names = Stream.of("alone", "console", "log", "soak", "transfer", "unread").map(name -> "org.vport." + name)
				.collect(Collectors.joining("\n"));
		assertEquals(names, console.run("cat /sys/class/virtio-ports/*/name | sort"));
		assertEquals(names, console.run("cd /dev/virtio-ports; for port in *; do [ -c $port ] && echo $port; done"));
		assertTrue(console.run("uname -a").startsWith("Linux vport-guest "));
		assertEquals("/dev/hvc0", console.run("readlink /proc/self/fd/0"));
	}

	@Test
	void transfer_64MiBEachWay_sameSha256() throws Exception {
		long seed = System.nanoTime();
		System.out.println(kind + " transfer: seed=" + seed);
		var data = new byte[TRANSFER];
		new Random(seed).nextBytes(data);
		var digest = sha256(data);
		var port = "/dev/virtio-ports/org.vport.transfer";
		try (var client = PortClient.connect(transfer)) {
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

	@Test
	void console_nobodyReads_guestGoesOn() throws Exception {
		console.stopReading();
		try {
			console.type("(dd if=/dev/zero bs=1k count=300 2>/dev/null | tr '\\0' x >/dev/hvc0;"
					+ " echo printed >/dev/virtio-ports/org.vport.log) &\n");
			host.vport().await(vport -> Files.readString(log).contains("printed\n"), "line in the log of the file port");
		} finally {
			console.resumeReading();
		}
		assertEquals("alive", console.run("wait; echo alive"));
	}

	@Test
	void socket_clientDoesNotRead_onlyTheWriterWaits() throws Exception {
		try (var client = PortClient.connect(unread)) {
			console.run("(head -c %d /dev/zero | tr '\\0' x >/dev/virtio-ports/org.vport.unread; echo $? >/tmp/written) &"
					.formatted(MORE_THAN_FITS));
			client.receive(1);
			assertEquals("alive", console.run("sync; echo alive"));
			assertEquals("", console.run("cat /tmp/written 2>/dev/null; true"));
			var rest = new String(client.receive(MORE_THAN_FITS - 1), StandardCharsets.ISO_8859_1);
			assertEquals(MORE_THAN_FITS - 1, rest.chars().filter(c -> c == 'x').count());
			assertEquals("0", console.run("wait; cat /tmp/written"));
		}
	}

	@Test
	void socket_noClient_theWriterWaitsForOne() throws Exception {
		console.run("(echo waited for you >/dev/virtio-ports/org.vport.alone; echo $? >/tmp/waited) &");
		assertEquals("alive", console.run("sync; echo alive"));
		assertEquals("", console.run("cat /tmp/waited 2>/dev/null; true"));
		try (var client = PortClient.connect(alone)) {
			assertEquals("waited for you", client.line());
			assertEquals("0", console.run("wait; cat /tmp/waited"));
		}
	}

	@Test
	void socket_20000Lines_wholeAndInOrder() throws Exception {
		var expected = IntStream.rangeClosed(1, 20_000).mapToObj(i -> "line " + i + "\n").collect(Collectors.joining())
				.getBytes(StandardCharsets.US_ASCII);
		try (var client = PortClient.connect(soak)) {
			console.run("(for i in $(seq 20000); do echo line $i; done >/dev/virtio-ports/org.vport.soak) &");
			assertArrayEquals(expected, client.receive(expected.length));
			console.run("wait");
		}
	}

	private static String sha256(byte[] data) throws Exception {
		return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(data));
	}
}
