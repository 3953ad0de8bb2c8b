package guest.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

import guest.driver.shell.GuestCommands;

/** The commands as the shell calls them, on a scripted device; guest:ring as a hostile guest uses it. */
@Timeout(60)
final class GuestCommandsTest {
	private static final int WAIT = 10_000;

	@TempDir
	Path folder;

	private final GuestCommands commands = new GuestCommands();
	private ListeningBackEnd backEnd;

	@AfterEach
	void close() throws Exception {
		commands.list().lines().skip(1).filter(line -> !line.startsWith(" "))
				.forEach(line -> commands.disconnect(line.split(" ")[0]));
		if (backEnd != null)
			backEnd.close();
	}

	private String connect(long offered) throws Exception {
		String socket = folder.resolve("s").toString();
		backEnd = new ListeningBackEnd(folder.resolve("s"), offered);
		String answer = commands.connect(false, false, true, 3, 0, false, "g", socket);
		await("1 org.example.x port closed open");
		return answer;
	}

	/** As soon as the device has told of everything. */
	private void await(String line) {
		var deadline = Deadline.after(Duration.ofMillis(WAIT));
		while (!commands.ports("g").replaceAll(" +", " ").contains(line)) {
			assertTrue(!deadline.passed(), () -> line + " is not in\n" + commands.ports("g"));
			LockSupport.parkNanos(1_000_000);
		}
	}

	private static void assertRefused(String message, Executable command) {
		var e = assertThrows(RuntimeException.class, command);
		assertTrue(e.toString().contains(message), e.toString());
		assertTrue(e.toString().lines().count() == 1, e.toString());
	}

	@Test
	void connect_saysWhatIsInForce_andListShowsIt() throws Exception {
		assertEquals("g: packed in order rings, room for 3 ports",
				connect(VirtioFeature.AS_LINUX | VirtioFeature.IN_ORDER));
		assertEquals("NAME  STATE    RINGS            PORTS   SOCKET\n"
				+ "g     running  packed in order  2 of 3  " + folder.resolve("s"), commands.list().replace("~", ""));
		assertRefused("there is a guest g already",
				() -> commands.connect(false, false, false, 3, 0, false, "g", "/x"));
		commands.disconnect("g");
		assertRefused("no guest g; guests: none", () -> commands.ports("g"));
	}

	@Test
	void connect_wrong_saysWhatIsAllowed() throws Exception {
		assertRefused("ports=128; allowed: 1 to 127",
				() -> commands.connect(false, false, false, 128, 0, false, "g", "/x"));
		assertRefused("limit=-1; allowed: bytes", () -> commands.connect(false, false, false, 1, -1, false, "g", "/x"));
		assertRefused("no such file", () -> commands.connect(false, false, false, 1, 0, false, "g", folder + "/none"));
		backEnd = new ListeningBackEnd(folder.resolve("s"), 0);
		assertRefused("the bus does not offer packed rings",
				() -> commands.connect(true, false, false, 1, 0, false, "g", folder.resolve("s").toString()));
		assertEquals("NAME  STATE  RINGS  PORTS  SOCKET", commands.list());
	}

	@Test
	void port_openedWrittenReadClosed() throws Exception {
		connect(VirtioFeature.AS_LINUX);
		assertRefused("read: port 1 'org.example.x': read, it is not open", () -> commands.read(0, 10, "g", "1"));
		assertRefused("no port 7; ports: 0, 1 org.example.x", () -> commands.open("g", "7"));
		commands.open("g", "org.example.x");
		assertEquals("out", commands.poll(0, false, false, "g", "1"));
		assertEquals("none", commands.poll(0, true, false, "g", "1"));
		assertEquals("6 of 6 bytes", commands.write(WAIT, true, "g", "1", "hello"));
		backEnd.awaitOutput(1, "hello\n");
		assertRefused("nothing to read from 1 in 0 ms", () -> commands.read(0, 10, "g", "1"));
		backEnd.accepted().console.input(1, "answer");
		assertEquals("in", commands.poll(WAIT, true, false, "g", "1"));
		assertEquals("answ", commands.read(WAIT, 4, "g", "1"));
		assertEquals("er", commands.read(WAIT, 4, "g", "1"));
		backEnd.accepted().console.control(1, ControlMessage.PORT_OPEN, 0);
		await("1 org.example.x port open closed 0 6 6");
		assertEquals("in hup", commands.poll(0, false, false, "g", "1"));
		assertRefused("end of file: the host side of 1 is closed", () -> commands.read(0, 10, "g", "1"));
		assertRefused("takes nothing", () -> commands.write(0, false, "g", "1", "x"));
		assertRefused("timeout=-1; allowed: 0 to 600000", () -> commands.read(-1, 10, "g", "1"));
		commands.close("g", "1");
		await("1 org.example.x port closed");
	}

	@Test
	void machine_pausedResumedReloaded() throws Exception {
		connect(VirtioFeature.AS_LINUX);
		assertRefused("g runs", () -> commands.resume("g"));
		commands.pause("g");
		assertTrue(commands.list().contains("g     paused"), commands.list());
		assertRefused("g does not run", () -> commands.pause("g"));
		commands.resume("g");
		commands.reload("g");
		await("1 org.example.x port closed open");
		assertEquals(2, commands.log("g").lines().filter("PORT_ADD id=1 value=1"::equals).count());
		commands.emergency("g", "!");
		commands.emergency("g", "0x41");
		assertEquals(List.of(33, 65), backEnd.accepted().console.emergency);
	}

	/** Each field gets a value of its own, and all of them are read back when the last is set. */
	private void assertSettable(List<String> fields) {
		for (int i = 0; i < fields.size(); i++)
			commands.ring("g", 5, fields.get(i), String.valueOf(0x100 + i));
		for (int i = 0; i < fields.size(); i++)
			assertEquals((0x100 + i) + " = 0x10" + Integer.toHexString(i), commands.ring("g", 5, fields.get(i)));
	}

	@Test
	void ring_split_everyFieldShownAndSet() throws Exception {
		connect(VirtioFeature.MULTIPORT);
		commands.pause("g"); // the scripted device believes everything
		assertSettable(List.of("desc.3.addr", "desc.3.len", "desc.3.flags", "desc.3.next", "avail.flags", "avail.idx",
				"avail.3", "avail.used_event", "used.flags", "used.idx", "used.3.id", "used.3.len",
				"used.avail_event"));
		String shown = commands.ring("g", 5);
		assertTrue(shown.contains("desc.3.addr=0x100 desc.3.len=257 desc.3.next=259 desc.3.flags=0x102"), shown);
		assertTrue(shown.contains("avail.flags=0x104 avail.idx=261 avail.used_event=263\n"
				+ "used.flags=0x108 used.idx=265 used.avail_event=268"), shown);
	}

	@Test
	void ring_packed_everyFieldShownAndSet() throws Exception {
		connect(VirtioFeature.AS_LINUX);
		commands.pause("g"); // the scripted device believes everything
		assertSettable(List.of("desc.3.addr", "desc.3.len", "desc.3.id", "desc.3.flags", "driver.off_wrap",
				"driver.flags", "device.off_wrap", "device.flags"));
		String shown = commands.ring("g", 5);
		assertTrue(shown.startsWith("packed ring: size=64 free=64 outstanding=0\n"
				+ "driver.off_wrap=0x104 driver.flags=0x105\ndevice.off_wrap=0x106 device.flags=0x107\n"), shown);
		assertTrue(shown.contains("desc.3.addr=0x100 desc.3.len=257 desc.3.id=258 desc.3.flags=0x103"), shown);
	}

	@Test
	void ring_wrong_saysWhatThereIs() throws Exception {
		connect(VirtioFeature.MULTIPORT);
		commands.pause("g"); // the scripted device believes everything
		for (String field : new String[] { "desc.64.len", "desc.len", "desc.-1.len", "avail.64", "avail", "used.1", "x",
				"." })
			assertRefused("fields: desc.N.addr", () -> commands.ring("g", 5, field));
		assertRefused("queue=8; allowed: 0 to 7", () -> commands.ring("g", 8));
		assertRefused("queue=-1; allowed: 0 to 7", () -> commands.kick("g", -1));
		assertRefused("value=65536: avail.idx has 16 bits", () -> commands.ring("g", 5, "avail.idx", "65536"));
		assertRefused("value=x: a number", () -> commands.ring("g", 5, "avail.idx", "x"));
		assertEquals("65535 = 0xffff", commands.ring("g", 5, "avail.idx", "-1"));
		assertEquals("18446744073709551615 = 0xffffffffffffffff", commands.ring("g", 5, "desc.0.addr", "-1"));
	}

	@Test
	void kick_bytesSetByHand_reachTheDevice() throws Exception {
		connect(VirtioFeature.MULTIPORT);
		commands.open("g", "1");
		commands.write(WAIT, false, "g", "1", "once ");
		backEnd.awaitOutput(1, "once ");
		commands.ring("g", 5, "avail.1", "0"); // the same chain again
		commands.ring("g", 5, "avail.idx", "2");
		commands.kick("g", 5);
		backEnd.awaitOutput(1, "once once ");
		assertRefused("does not have that chain", () -> commands.write(WAIT, false, "g", "1", "x"));
		assertTrue(commands.list().contains("g     failed"), commands.list());
	}
}
