package bus.itest;

import static bus.itest.Numbers.digest;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;

import bus.itest.GuestKind.Ability;

/** How ports and drivers come and go, and the console; on whatever {@link DataScenariosTest} runs on. */
@Tag("guest")
@Timeout(value = 180, unit = TimeUnit.SECONDS)
@TestInstance(Lifecycle.PER_CLASS)
class LifeScenariosTest {
	private static final Pattern SIZE = Pattern.compile("\\n(\\d+ \\d+)\\n");

	private static final int MIB = 1 << 20;
	private static final int FREE_ID = 2;

	private static final List<String> SOCKETS = List.of("reload", ScenarioMachine.OTHER);

	private final Machines<ScenarioMachine> machines = new Machines<>(LifeScenariosTest.class,
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
	void rings_packedIfTheBusOffersThem(GuestKind kind) throws Exception {
		assertEquals(kind.busKeys().contains("packed=on"), machines.of(kind).programs().hasPackedRings());
	}

	@EachGuest
	void s13_s24_boot_portsHaveTheirNamesAndNumbers(GuestKind kind) throws Exception {
		assertEquals(ScenarioMachine.ports(SOCKETS), machines.of(kind).programs().ports());
	}

	@EachGuest
	void s13_s55_s56_s57_unpluggedUnderAnOpenFile_pluggedAgain(GuestKind kind) throws Exception {
		var machine = machines.of(kind);
		machine.plug("hot", FREE_ID);
		var read = machine.programs().open("hot");
		try (var client = machine.greeted("hot", read)) {
			var reader = read.read(10, 10);
			reader.awaitBlocked();
			machine.unplug("hot");
			assertEquals("ENODEV", reader.problem());
			assertEquals("ENODEV", read.write(new Numbers(1, 1), MIB).problem());
			client.awaitClosed();
			machine.programs().awaitNoPort("hot");
		}
		machine.plug("hot", FREE_ID);
		var written = machine.programs().open("hot"); // while the file of the port before is still open
		try (var client = machine.greeted("hot", written)) {
			var writer = machine.fill("hot", written, client);
			machine.unplug("hot");
			// its buffers come back before PORT_REMOVE does: it may get rid of all it has before it hears of that
			assertTrue(List.of("", "ENODEV").contains(writer.problem()));
			machine.programs().awaitNoPort("hot");
			assertEquals("ENODEV", written.write(new Numbers(1, 1), MIB).problem());
		}
		read.close();
		written.close();
		machine.assertOthersGoOn();
		machine.plug("hot", FREE_ID);
		assertTrue(machine.programs().ports().contains(FREE_ID + " org.vport.hot"));
		var again = machine.programs().open("hot");
		machine.greeted("hot", again).close();
		again.close();
		machine.unplug("hot");
		machine.programs().awaitNoPort("hot");
	}

	@EachGuest
	void s21_s51_s52_driverReloaded_everythingComesBack_nothingSentIsLost(GuestKind kind) throws Exception {
		var machine = machines.of(kind);
		var programs = machine.programs();
		try (var client = machine.greeted("reload", programs.open("reload"))) {
			programs.reloadDriver();
			machine.awaitSides("reload", "closed", "open");
			Await.until("all ports of before", () -> ScenarioMachine.ports(SOCKETS).equals(programs.ports()));
			client.send("sent to a closed port");
			programs.reloadDriver();
			programs.awaitPort("reload");
			var port = programs.open("reload");
			assertEquals(digest("sent to a closed port"), port.readPastEnd(21));
			ScenarioMachine.greet(client, port);
			port.close();
		}
		programs.awaitPort(ScenarioMachine.LOG);
		var log = programs.open(ScenarioMachine.LOG);
		assertEquals("", log.write(new Numbers(1000, 1000), 100).problem());
		log.close();
		machine.awaitLogged("1000\n");
	}

	@EachGuest
	void s49_console_speaksBothWays(GuestKind kind) throws Exception {
		var machine = machines.of(kind);
		int before = machine.terminal().position();
		machine.programs().print("said by the guest");
		machine.terminal().awaitText("said by the guest\n", before);
		assertEquals("typed by the host", machine.programs().readTyped("typed by the host"));
	}

	@EachGuest
	void s63_consoleThatNobodyReads_guestGoesOn(GuestKind kind) throws Exception {
		var machine = machines.of(kind);
		var log = machine.programs().open(ScenarioMachine.LOG);
		machine.terminal().stopReading();
		try {
			machine.programs().printAndThenWrite(300 << 10, log, new Numbers(2000, 2000));
			machine.awaitLogged("2000\n");
		} finally {
			machine.terminal().resumeReading();
		}
		log.close();
		int before = machine.terminal().position();
		machine.programs().print("and speaks again");
		machine.terminal().awaitText("and speaks again\n", before);
	}

	@EachGuest
	void s24_windowOfAnAttachedSession_isTheSizeOfTheConsole(GuestKind kind) throws Exception {
		var machine = machines.of(kind);
		var vport = machine.host().vport();
		vport.resizeTerminal(132, 50);
		vport.ask("vport:attach --force console", "and write"); // who is logged in at the pty watches
		awaitSize(kind, machine, 132, 50);
		vport.resizeTerminal(77, 33);
		awaitSize(kind, machine, 77, 33);
		int before = vport.out().size();
		vport.press("\u001d");
		vport.await(process -> process.out().size() > before, "end of the session");
	}

	/** Who writes asks; who watches sees the answer. */
	private static void awaitSize(GuestKind kind, ScenarioMachine machine, int columns, int rows) throws Exception {
		if (!kind.isLinux()) {
			machine.programs().awaitConsoleSize(columns, rows);
			return;
		}
		for (String answer = ""; !answer.equals(rows + " " + columns);) {
			int before = machine.terminal().position();
			machine.host().vport().press("stty size\r");
			machine.host().vport().await(vport -> SIZE.matcher(machine.terminal().text(before)).find(), "answer to stty");
			var found = SIZE.matcher(machine.terminal().text(before));
			found.find();
			answer = found.group(1);
		}
	}

	@EachGuest(needs = Ability.EMERGENCY_WRITE)
	void s58_s60_emergencyWrite_withAndWithoutDriver_reachesTheConsole(GuestKind kind) throws Exception {
		var machine = machines.of(kind);
		int bound = machine.terminal().position();
		machine.programs().emergencyWrite("HELP bound");
		machine.terminal().awaitText("HELP bound", bound);
		int unbound = machine.terminal().position();
		machine.programs().emergencyWriteWithoutDriver("HELP unbound");
		machine.terminal().awaitText("HELP unbound", unbound);
	}
}
