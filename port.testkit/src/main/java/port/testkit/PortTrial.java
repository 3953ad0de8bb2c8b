package port.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

import bus.api.HostPort;
import bus.api.PortRefusedException;
import guest.driver.GuestSidePort;

/** One test of one kind of port: the bus, the guest, the port that is plugged, its far end. The test's thread. */
final class PortTrial implements AutoCloseable {
	static final String NAME = "org.example.test";

	private static final long LOOK_AGAIN_NANOS = 100_000;
	private static final int TIMES = 40;

	/** One of {@link #TIMES}. */
	@FunctionalInterface
	interface Attempt {
		void run(int number) throws Exception;
	}

	private final Callable<FarEnd> farEnds;
	private final Set<Trait> traits;
	/** How long nothing may move, and how long an unplugging thread may wait. */
	private final Duration patience;
	private final TestBus bus;
	private final List<Throwable> uncaught = new CopyOnWriteArrayList<>();
	private final Thread.UncaughtExceptionHandler formerHandler = Thread.getDefaultUncaughtExceptionHandler();
	private ExaminedPort examined;
	private Diagnosis diagnosis;
	private GuestSidePort guest;
	private FarEnd far;

	PortTrial(Path folder, Callable<FarEnd> farEnds, Set<Trait> traits, Duration patience) throws IOException {
		this.farEnds = farEnds;
		this.traits = traits;
		this.patience = patience;
		bus = new TestBus(folder);
		Thread.setDefaultUncaughtExceptionHandler((thread, e) -> uncaught.add(e));
	}

	TestBus bus() {
		return bus;
	}

	ExaminedPort examined() {
		return examined;
	}

	GuestSidePort guest() {
		return guest;
	}

	FarEnd far() {
		return far;
	}

	Diagnosis diagnosis() {
		return diagnosis;
	}

	Duration patience() {
		return patience;
	}

	void needs(Trait... needed) {
		for (var trait : needed)
			assumeTrue(traits.contains(trait), "not for a kind of port without " + trait);
	}

	boolean has(Trait trait) {
		return traits.contains(trait);
	}

	// ---- plugging

	void plug(HostPort port) throws Exception {
		plugAlone(port);
		awaitGuest();
		if (!has(Trait.CONSOLE))
			guest.open();
		far = farEnds.call();
	}

	/** Without a guest that opens it and a far end. */
	void plugAlone(HostPort port) throws PortRefusedException {
		examined = new ExaminedPort(port);
		diagnosis = new Diagnosis(bus, NAME, examined);
		bus.plug(NAME, has(Trait.CONSOLE), examined);
	}

	/** Waits until the guest has heard of the port. */
	void awaitGuest() throws IOException {
		guest = bus.guest(NAME);
	}

	void unplug() throws Exception {
		letGo("unplugging", bus.bus()::unplug);
		var gone = guest;
		if (gone != null)
			bus.driver().awaitUntil(patience, gone::isRemoved);
		guest = null;
		if (far != null)
			far.close();
		far = null;
	}

	/** The port's bundle is replaced by a newer one: the guest keeps its port, the far end perhaps what it has. */
	void update(HostPort next) throws Exception {
		letGo("holding", bus.bus()::hold);
		plugAlone(next);
	}

	private void letGo(String what, Consumer<HostPort> task) throws InterruptedException {
		var port = examined;
		var thread = Thread.ofPlatform().daemon().name(what).start(() -> task.accept(port));
		if (!thread.join(patience))
			fail("unplugged has not returned in " + patience.toSeconds() + " s; it may wait briefly, and is at "
					+ Arrays.stream(thread.getStackTrace()).limit(4).toList());
		examined = null;
		diagnosis = null;
	}

	void assertRefused(HostPort port) {
		examined = new ExaminedPort(port);
		var refusal = assertThrows(PortRefusedException.class, () -> bus.plug(NAME, has(Trait.CONSOLE), examined),
				"plugged has taken a wrong configuration; it must throw an exception that names it");
		examined = null;
		String message = refusal.getMessage();
		assertTrue(message.contains("=") && !message.contains("\n") && refusal.getCause() instanceof Exception,
				"plugged has refused a wrong configuration with <" + refusal.getCause()
						+ ">; it must be an exception with one line that names the option as key=value and says"
						+ " what is allowed");
	}

	void assertNothingLeft(String what, Attempt attempt) throws Exception {
		for (int i = 0; i < 3; i++)
			attempt.run(i); // what is loaded and opened once and for all is there then
		var before = Leftovers.now();
		for (int i = 0; i < TIMES; i++)
			attempt.run(i);
		long deadline = System.nanoTime() + patience.toNanos();
		String left = Leftovers.now().since(before, TIMES / 2);
		while (!left.isEmpty() && System.nanoTime() - deadline < 0) {
			LockSupport.parkNanos(LOOK_AGAIN_NANOS);
			left = Leftovers.now().since(before, TIMES / 2);
		}
		assertEquals("", left, what + " " + TIMES + " times; whatever plugged has opened is to be closed by"
				+ " unplugged, or by plugged itself when it throws");
	}

	// ---- comings and goings

	void reopenGuest() throws IOException {
		if (has(Trait.CONSOLE))
			return; // a console is always open
		guest.close();
		guest.open();
	}

	void reloadDriver() throws Exception {
		bus.driver().reload();
		awaitGuest();
		if (!has(Trait.CONSOLE))
			guest.open();
	}

	/** The operator closes the host side for a while. */
	void shutAndOpen() {
		int id = bus.info(NAME).id();
		bus.bus().close(id);
		bus.bus().open(id);
	}

	void changeFarEnd() throws Exception {
		far.close();
		far = farEnds.call();
	}

	// ---- judgement

	void assertHealthy() {
		String fault = examined == null ? "" : diagnosis.fault();
		if (!fault.isEmpty())
			fail(fault);
		assertTrue(uncaught.isEmpty(), () -> "a thread of the port's has died of " + uncaught.getFirst()
				+ "; catch it there, or bytes stay where they are");
	}

	/** A thread that the port has kept is the bus's no more; what waits for ever may be woken by an interrupt. */
	private void wake() {
		var running = examined == null ? null : examined.running();
		if (running != null)
			running.interrupt();
	}

	@Override
	public void close() throws IOException {
		Thread.setDefaultUncaughtExceptionHandler(formerHandler);
		if (far != null)
			far.close();
		wake();
		bus.close();
		assertTrue(uncaught.isEmpty(), () -> "a thread of the port's has died of " + uncaught.getFirst());
	}
}
