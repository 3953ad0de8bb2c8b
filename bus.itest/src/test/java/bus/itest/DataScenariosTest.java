package bus.itest;

import static bus.itest.Numbers.digest;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import bus.itest.GuestPrograms.OpenPort;
import bus.itest.GuestPrograms.Program;

/**
 * How bytes go between a guest and the host, once for every kind of guest and ring, through the same vport process and
 * the same kinds of ports. A kind's scenarios share its guest, each has its own port, and their order does not matter.
 */
@Tag("guest")
@Timeout(value = 180, unit = TimeUnit.SECONDS)
@TestInstance(Lifecycle.PER_CLASS)
class DataScenariosTest {
	private static final int TRANSFER = 64 << 20;
	private static final int MIB = 1 << 20;
	/** 14 KB: a system call for each byte takes a while in a guest. */
	private static final Numbers SHORT = new Numbers(1, 3000);

	private static final List<String> SOCKETS = List.of("echo", "unread", "alone", "left", "session", "held", "poll",
			"bytes", "turns", "atonce", "soak", ScenarioMachine.OTHER);

	@RegisterExtension
	final Seed seed = new Seed();

	private final Machines<ScenarioMachine> machines = new Machines<>(DataScenariosTest.class,
			(kind, host) -> ScenarioMachine.boot(kind, host, SOCKETS));

	@AfterAll
	void end() throws Exception {
		machines.close();
	}

	@AfterEach
	void nothingToWorryAbout() throws Exception {
		machines.assertNoComplaints();
	}

	@EachGuest
	void s34_s40_transfer_64MiBEachWay_sameSha256(GuestKind kind) throws Exception {
		var machine = machines.of(kind);
		var data = seed.bytes(TRANSFER);
		var port = machine.programs().open("echo");
		try (var client = machine.greeted("echo", port)) {
			var read = port.read(TRANSFER, MIB);
			client.send(data);
			assertEquals(digest(data), read.taken());
			var back = port.writeBack(4 * MIB); // the driver cuts it into pieces of 32 KiB
			assertEquals(digest(data), digest(client.receive(TRANSFER)));
			assertEquals("", back.problem());
		}
		port.close();
	}

	@EachGuest
	void s39_s41_s44_clientDoesNotRead_onlyTheWriterWaits(GuestKind kind) throws Exception {
		var machine = machines.of(kind);
		var port = machine.programs().open("unread");
		var expected = ScenarioMachine.MORE_THAN_FITS.bytes();
		try (var client = machine.greeted("unread", port)) {
			var writer = machine.fill("unread", port, client);
			machine.assertOthersGoOn();
			assertFalse(writer.ended());
			assertArrayEquals(expected, client.receive(expected.length));
			assertEquals("", writer.problem());
		}
		port.close();
	}

	@EachGuest
	void s46_noClient_theWriterWaitsForOne(GuestKind kind) throws Exception {
		var machine = machines.of(kind);
		var port = machine.programs().open("alone");
		var writer = port.write(SHORT, MIB);
		writer.awaitBlocked();
		assertFalse(writer.ended());
		try (var client = machine.connect("alone")) {
			assertArrayEquals(SHORT.bytes(), client.receive(SHORT.bytes().length));
			assertEquals("", writer.problem());
		}
		port.close();
	}

	@EachGuest
	void s47_clientLeavesABlockedWriter_theNextGetsTheRestFromSomeByteOn(GuestKind kind) throws Exception {
		var machine = machines.of(kind);
		var port = machine.programs().open("left");
		var text = new String(ScenarioMachine.MORE_THAN_FITS.bytes(), StandardCharsets.US_ASCII);
		Program writer;
		try (var client = machine.greeted("left", port)) {
			writer = machine.fill("left", port, client);
			assertEquals(text.substring(0, MIB), new String(client.receive(MIB), StandardCharsets.US_ASCII));
		}
		try (var next = machine.connect("left")) {
			var rest = next.text(ScenarioMachine.MORE_THAN_FITS.last() + "\n");
			assertTrue(text.endsWith(rest), () -> "not the end of the text: " + rest.substring(0, 30));
			assertTrue(rest.length() < text.length() - MIB);
			assertEquals("", writer.problem());
		}
		port.close();
	}

	@EachGuest
	void s46_s47_clientLeavesAndAnotherComes_endOfFileBetweenThem(GuestKind kind) throws Exception {
		var machine = machines.of(kind);
		var port = machine.programs().open("session");
		Program reader;
		try (var client = machine.greeted("session", port)) {
			reader = port.read(1000, 1000);
			reader.awaitBlocked();
			client.send("the last words");
		}
		assertEquals(digest("the last words"), reader.taken());
		assertEquals(digest(""), port.read(1, 1).taken());
		try (var next = machine.greeted("session", port)) {
			next.send("the first");
			assertEquals(digest("the first"), port.read(9, 9).taken());
		}
		port.close();
	}

	@EachGuest
	void s46_twoClientsAtOnce_theSecondHasItsTurnAfterTheFirst(GuestKind kind) throws Exception {
		var machine = machines.of(kind);
		var port = machine.programs().open("turns");
		var first = machine.greeted("turns", port);
		try (first; var second = machine.connect("turns")) {
			second.send("second");
			first.send("first");
			assertEquals(digest("first"), port.read(5, 5).taken());
			first.close();
			assertEquals(digest("second"), port.readPastEnd(6));
			ScenarioMachine.greet(second, port);
		}
		port.close();
	}

	@EachGuest
	void s25_s33_guestHasClosed_whatTheHostSendsIsHeld(GuestKind kind) throws Exception {
		var machine = machines.of(kind);
		var port = machine.programs().open("held");
		try (var client = machine.greeted("held", port)) {
			port.close();
			machine.awaitSides("held", "closed", "open");
			client.send(SHORT.bytes());
			machine.assertOthersGoOn(); // by then the bytes would be in the guest, which drops them
			port = machine.programs().open("held");
			assertEquals(digest(SHORT.bytes()), port.read(SHORT.bytes().length, SHORT.bytes().length).taken());
			ScenarioMachine.greet(client, port);
		}
		port.close();
	}

	@EachGuest
	void s33_s46_poll_saysWhetherAReadWouldWait(GuestKind kind) throws Exception {
		var machine = machines.of(kind);
		var port = machine.programs().open("poll");
		assertTrue(port.readable(), "the end of the file is there to be read as long as there is no client");
		try (var client = machine.greeted("poll", port)) {
			assertFalse(port.readable());
			client.send("x");
			Await.until("a byte to read", port::readable);
			assertEquals(digest("x"), port.read(1, 1).taken());
			assertFalse(port.readable());
		}
		Await.until("the end of the file", port::readable);
		assertEquals(digest(""), port.read(1, 1).taken());
		port.close();
	}

	/** What is written while there is no client is lost to a program that does not wait, and it goes on. */
	@EachGuest
	void s33_programThatDoesNotWait_isHeardByAClientAlone(GuestKind kind) throws Exception {
		var machine = machines.of(kind);
		machine.programs().sayAtOnce("atonce", "lost");
		var port = machine.programs().open("atonce");
		try (var client = machine.greeted("atonce", port)) {
			port.close();
			machine.programs().sayAtOnce("atonce", "heard");
			assertEquals(List.of(), client.lines("heard").stream().filter(line -> line.contains("lost")).toList());
		}
	}

	@EachGuest
	void s34_s40_oneByteAtATime_bothWays_wholeAndInOrder(GuestKind kind) throws Exception {
		var machine = machines.of(kind);
		var port = machine.programs().open("bytes");
		var expected = SHORT.bytes();
		try (var client = machine.greeted("bytes", port)) {
			var writer = port.write(SHORT, 1);
			assertArrayEquals(expected, client.receive(expected.length));
			assertEquals("", writer.problem());
			var reader = port.read(expected.length, 1);
			for (byte one : expected)
				client.send(new byte[] { one });
			assertEquals(digest(expected), reader.taken());
		}
		port.close();
	}

	@EachGuest
	void s40_soak_100000Lines_wholeAndInOrder(GuestKind kind) throws Exception {
		machines.of(kind).soak("soak");
	}
}
