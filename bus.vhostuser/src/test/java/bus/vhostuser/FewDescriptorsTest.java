package bus.vhostuser;

import static bus.vhostuser.BusFixture.PATIENCE;
import static bus.vhostuser.BusFixture.assertEcho;
import static bus.vhostuser.BusFixture.opened;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import bus.core.console.DeviceSettings;
import bus.vhostuser.loop.Polling;
import guest.driver.ConsoleDriver;
import guest.driver.DriverSettings;
import guest.driver.FrontEnd;
import guest.driver.FrontEndSettings;

/** What becomes of machines when the process has no descriptors left. */
@Timeout(90)
class FewDescriptorsTest {
	private static final int LIMIT = 200;
	private static final int BUSES = 8;
	private static final int PORTS = 3;

	@TempDir
	Path folder;

	private final ArrayList<AutoCloseable> open = new ArrayList<>();

	@AfterEach
	void close() throws Exception {
		for (var one : open.reversed())
			one.close();
	}

	private ShortProcess process() throws IOException {
		var process = new ShortProcess(folder, LIMIT, BUSES, PORTS);
		open.add(process);
		return process;
	}

	private FrontEnd connect(int bus) throws IOException {
		var frontEnd = FrontEnd.connect(folder.resolve(bus + ".sock"), FrontEndSettings.qemu(PORTS).withRamSize(1 << 20));
		open.add(frontEnd::close);
		return frontEnd;
	}

	private ConsoleDriver start(FrontEnd frontEnd) throws IOException {
		var driver = new ConsoleDriver(frontEnd, DriverSettings.linux());
		open.add(driver);
		frontEnd.handshake();
		driver.start();
		return driver;
	}

	@Test
	void oneMachineTooMany_isRefusedInOneLine_othersGoOn_andItMayComeWhenOneHasGone() throws Exception {
		var process = process();
		var guests = new ArrayList<ConsoleDriver>();
		int refused = 0;
		for (; refused < BUSES; refused++) {
			var frontEnd = connect(refused);
			try {
				guests.add(start(frontEnd));
			} catch (IOException e) {
				break;
			}
		}
		assertTrue(!guests.isEmpty() && refused < BUSES, "guests=" + guests.size());
		String line = process.await("is refused");
		assertTrue(line.contains("bus " + refused + ":") && line.contains("limit=" + LIMIT) && line.contains("needs up to 27")
				&& line.contains("queues=8") && line.contains("ulimit -n") && line.contains("LimitNOFILE="), line);
		for (var guest : guests)
			assertEcho(opened(guest, "echo"), "unharmed");
		guests.getFirst().close();
		var next = again(refused);
		assertEcho(opened(next, "echo"), "there is room");
	}

	/** The bus hears a little later that the one before has gone. */
	private ConsoleDriver again(int bus) throws IOException {
		for (long deadline = System.nanoTime() + PATIENCE.toNanos();;)
			try {
				return start(connect(bus));
			} catch (IOException e) {
				assertTrue(System.nanoTime() < deadline, e.toString());
			}
	}

	@Test
	void descriptorsThatGetLost_whenTheGuestStarts_endItsConnection_notTheOthers() throws Exception {
		var process = process();
		var first = opened(start(connect(0)), "echo");
		var second = connect(1);
		var driver = new ConsoleDriver(second, DriverSettings.linux());
		open.add(driver);
		second.handshake();
		process.tell("fill", "filled");
		assertThrows(IOException.class, driver::start);
		process.await("bus 1: the virtual machine is refused: descriptors run out, limit=" + LIMIT);
		assertEcho(first, "unharmed");
	}

	@Test
	void machineThatCannotBeAccepted_waits_andIsLetInWhenThereIsRoom() throws Exception {
		var process = process();
		var first = opened(start(connect(0)), "echo");
		process.tell("fill", "filled");
		var second = connect(1);
		var guest = CompletableFuture.supplyAsync(() -> {
			try {
				return start(second);
			} catch (IOException e) {
				throw new IllegalStateException(e);
			}
		});
		process.await("bus 1: a virtual machine waits at " + folder.resolve("1.sock") + ": descriptors run out, limit=" + LIMIT);
		assertEcho(first, "unharmed");
		process.tell("free", "freed");
		assertEcho(opened(guest.get(PATIENCE.toSeconds(), TimeUnit.SECONDS), "echo"), "let in");
	}

	@Test
	void configuredBuses_beyondTheLimit_areSummedUp() {
		var need = new DescriptorNeed(1024);
		for (int i = 0; i < 100; i++)
			need.add(bus(i));
		assertTrue(need.text().startsWith("buses=100 need up to descriptors=" + (64 + 100 * 27) + " "), need.text());
		assertTrue(need.text().contains("limit=1024"), need.text());
		for (int i = 0; i < 100; i++)
			need.remove(bus(i));
		assertTrue(need.text().startsWith("buses=0 need up to descriptors=64 "), need.text());
	}

	private BusConfig bus(int number) {
		String name = "vm" + number;
		return new BusConfig(name, name, name, folder.resolve(name), 0600, false, Polling.OFF, DeviceSettings.of(PORTS));
	}
}
