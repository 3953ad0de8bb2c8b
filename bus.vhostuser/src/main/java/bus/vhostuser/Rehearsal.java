package bus.vhostuser;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

import bus.api.PortRefusedException;
import bus.core.console.DeviceSettings;
import bus.core.console.PortNames;
import bus.linux.Linux;
import bus.linux.LinuxException;
import bus.linux.MessageSocket;
import bus.vhostuser.loop.Loops;
import bus.vhostuser.loop.Polling;
import bus.vhostuser.rehearsal.Guest;

/**
 * A guest's life is played through before the first guest is let in, on a bus that nobody else sees. The first message, the
 * first kick and the first byte load and initialize some hundred classes, which takes tens of milliseconds of a guest that
 * may be spinning for its console; here they take them of nobody. Then, beside whatever happens, the same is done some
 * thousand times more, so that the paths are compiled; that ends when a real guest comes, who compiles what it needs.
 *
 * <p>It is a test as well: what fails here would fail for a guest.
 *
 * <p>Thread: its own, with a loop of its own; both nice once guests may come.
 */
@Component(service = Rehearsal.class, immediate = true)
public final class Rehearsal {
	private static final System.Logger LOG = System.getLogger("bus.vhostuser");

	private static final String SWITCH = "vport.warmup";
	private static final String OFF = "off";
	private static final String NAME = "rehearsal";
	/** Rounds before anybody is let in: the second finds what only the first one meets. */
	private static final int FIRST_ROUNDS = 3;
	/** Rounds of nine requests; what compiles in stages has gone through them all by then. */
	private static final int ROUNDS = 2500;
	private static final int NICE = 19;
	/** Longer than any rehearsal; a bus that waits for more does without. */
	private static final long PATIENCE_SECONDS = 10;

	private final Loops loops;
	private final CompletableFuture<Void> first = new CompletableFuture<>();
	private final CountDownLatch over = new CountDownLatch(1);
	private volatile boolean ended;

	@Activate
	public Rehearsal(@Reference Loops loops) {
		this.loops = loops;
		if (isOff(System.getProperty(SWITCH, "on"))) {
			first.complete(null);
			over.countDown();
		} else {
			first.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).exceptionally(late -> {
				LOG.log(System.Logger.Level.WARNING, NAME + " takes too long; it is not waited for");
				return null;
			});
			Thread.ofPlatform().daemon().name("vport " + NAME).start(this::run);
		}
	}

	private static boolean isOff(String value) {
		if (!OFF.equals(value) && !"on".equals(value))
			LOG.log(System.Logger.Level.WARNING, SWITCH + "=" + value + ": allowed: on, off; it is on");
		return OFF.equals(value);
	}

	/**
	 * Has a step taken when a guest can come, because what it needs is loaded; at once if that is so already. Who configures
	 * a bus does not wait: on another processor its ports come up meanwhile.
	 */
	void whenFirst(Runnable step) {
		first.whenComplete((done, late) -> step.run());
	}

	/** Nothing more is rehearsed. Any thread, and it does not wait. */
	void end() {
		ended = true;
	}

	/** Returns when nothing of it is left. */
	@Deactivate
	void awaitOver() {
		ended = true;
		try {
			if (!over.await(PATIENCE_SECONDS, TimeUnit.SECONDS))
				LOG.log(System.Logger.Level.WARNING, NAME + " does not end; it is not waited for");
		} catch (InterruptedException e) {
			Thread.currentThread().interrupt();
		}
	}

	private void run() {
		try {
			play();
		} catch (IOException | PortRefusedException | RuntimeException e) {
			if (!ended) // the loops may be going
				LOG.log(System.Logger.Level.ERROR, NAME + ": the bus does not work here: " + e.getMessage() + "; guests may not"
						+ " find their ports; please report it, " + SWITCH + "=" + OFF + " silences it");
		} finally {
			first.complete(null);
			over.countDown();
		}
	}

	/** A whole life, its end included, then a long one. */
	private void play() throws IOException, PortRefusedException {
		live(FIRST_ROUNDS, 0);
		first.complete(null);
		Linux.setpriority(NICE);
		if (!ended)
			live(ROUNDS, NICE);
	}

	private void live(int rounds, int nice) throws IOException, PortRefusedException {
		var config = new BusConfig(NAME, NAME, NAME, null, 0, true, Polling.OFF, DeviceSettings.of(Guest.PORTS));
		var server = new BusServer(config, loops, new PortNames(), () -> {
		});
		server.nice(nice);
		try (var guest = new Guest(server.bus(), connected(server))) {
			guest.boot();
			guest.hotPlug();
			for (int i = 0; i < rounds && !ended; i++)
				guest.round();
			guest.stop();
		} finally {
			server.close();
		}
	}

	private static MessageSocket connected(BusServer server) throws LinuxException {
		try (var arena = Arena.ofConfined()) {
			var pair = arena.allocate(ValueLayout.JAVA_INT, 2);
			LinuxException.check(Linux.socketpair(Linux.AF_UNIX, Linux.SOCK_STREAM, pair.address()), "socketpair");
			server.admit(pair.getAtIndex(ValueLayout.JAVA_INT, 0));
			return new MessageSocket(pair.getAtIndex(ValueLayout.JAVA_INT, 1));
		}
	}
}
