package port.testkit;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import bus.api.HostPort;
import guest.driver.GuestSidePort;

/**
 * What every {@link HostPort} must keep, as tests on a real bus with a real driver. An author's test class extends this
 * one and says how a port is made and what it leads to. Random data come from a seed that is printed; the system
 * property {@code vport.seed} sets it.
 */
@Timeout(120)
public abstract class HostPortContract {
	private static final int MARKER = 64;

	private PortTrial trial;
	private Traffic traffic;
	private Random random;

	/** Empty at the beginning of each test; the bus's socket is in it. */
	@TempDir
	protected Path folder;

	// ---- what the author says

	/** A new port with a configuration that works, always the same one within a test. */
	protected abstract HostPort port() throws Exception;

	/** What the port leads to; asked for after it was plugged, and again when the one before has been closed. */
	protected abstract FarEnd farEnd() throws Exception;

	/** What the port does, of {@link Trait}. */
	protected abstract Set<Trait> traits();

	/** Ports with wrong configurations, which {@code plugged} must refuse. */
	protected List<HostPort> misconfigured() throws Exception {
		return List.of();
	}

	/** Something that a guest may write to this kind of port, about so long; any bytes, unless overridden. */
	protected byte[] guestSays(Random random, int length) {
		return bytes(random, length);
	}

	/** Something that the far end may say, about so long; any bytes, unless overridden. */
	protected byte[] farEndSays(Random random, int length) {
		return bytes(random, length);
	}

	/** How many bytes are sent where many are: some megabytes, unless overridden. */
	protected int many() {
		return 4 << 20;
	}

	/** How long nothing may move before a test fails. */
	protected Duration patience() {
		return Duration.ofSeconds(10);
	}

	/** The port as a program in the guest sees it: for a far end that is the guest itself, because the port answers. */
	protected final GuestSidePort guest() {
		return trial.guest();
	}

	private static byte[] bytes(Random random, int length) {
		var bytes = new byte[length];
		random.nextBytes(bytes);
		return bytes;
	}

	// ---- before and after

	@BeforeEach
	final void beginTrial(TestInfo test) throws Exception {
		long seed = Long.getLong("vport.seed", System.nanoTime());
		System.out.println("vport.seed=" + seed + " " + test.getDisplayName());
		random = new Random(seed);
		trial = new PortTrial(folder, this::farEnd, traits(), patience());
		traffic = new Traffic(trial, random);
	}

	@AfterEach
	final void endTrial() throws Exception {
		trial.close();
	}

	// ---- bytes

	@Test
	final void guestsBytes_inPiecesOfEverySize_comeOutUnchanged() throws Exception {
		trial.needs(Trait.FROM_GUEST);
		trial.plug(port());
		traffic.move(guestSays(random, many()), new byte[0]);
	}

	@Test
	final void farEndsBytes_inPiecesOfEverySize_reachTheGuestUnchanged() throws Exception {
		trial.needs(Trait.TO_GUEST);
		trial.plug(port());
		traffic.move(new byte[0], farEndSays(random, many()));
	}

	@Test
	final void bothWays_atOnce_neitherWaitsForTheOther() throws Exception {
		trial.needs(Trait.FROM_GUEST, Trait.TO_GUEST);
		trial.plug(port());
		traffic.move(guestSays(random, many()), farEndSays(random, many()));
	}

	/** Taking less than offered: nothing is kept without a bound, nothing is lost or doubled where it goes on. */
	@Test
	final void farEnd_doesNotRead_theGuestWaitsAndGoesOnAtTheByte() throws Exception {
		trial.needs(Trait.FROM_GUEST, Trait.GUEST_WAITS);
		trial.plug(port());
		traffic.moveAfterStall(guestSays(random, 8 * many()));
	}

	@Test
	final void guest_doesNotRead_theFarEndWaitsAndGoesOnAtTheByte() throws Exception {
		trial.needs(Trait.TO_GUEST, Trait.FAR_END_WAITS);
		trial.plug(port());
		traffic.moveAfterGuestSlept(farEndSays(random, 8 * many()));
	}

	/** A console that keeps the guest waiting stops its kernel. */
	@Test
	final void console_nobodyReads_theGuestNeverWaits() throws Exception {
		trial.needs(Trait.CONSOLE);
		trial.plug(port());
		traffic.writeUnread(guestSays(random, 1 << 20));
		trial.bus().driver().emergencyWrite('!');
		trial.assertHealthy();
	}

	// ---- closing and going

	@Test
	final void guest_closesInTheMidst_bytesFlowWhenItOpensAgain() throws Exception {
		trial.plug(port());
		traffic.midst(guestSays(random, 256 << 10), farEndSays(random, 256 << 10));
		trial.reopenGuest();
		exchange();
	}

	@Test
	final void driver_reloads_bytesFlowWithTheNextOne() throws Exception {
		trial.plug(port());
		traffic.midst(guestSays(random, 256 << 10), farEndSays(random, 256 << 10));
		trial.reloadDriver();
		exchange();
	}

	@Test
	final void farEnd_leavesInTheMidst_theNextOneIsServed() throws Exception {
		trial.needs(Trait.FAR_END_RETURNS);
		trial.plug(port());
		for (int i = 0; i < 3; i++) {
			traffic.midst(guestSays(random, 256 << 10), farEndSays(random, 256 << 10));
			trial.changeFarEnd();
			exchange();
		}
	}

	@Test
	final void operator_closesAndOpens_bytesFlowAgain() throws Exception {
		trial.plug(port());
		traffic.midst(guestSays(random, 256 << 10), farEndSays(random, 256 << 10));
		trial.shutAndOpen();
		exchange();
	}

	/** The port's bundle is updated; the guest's program keeps its port open meanwhile. */
	@Test
	final void bundle_updatedInTheMidst_theNextInstanceGoesOn() throws Exception {
		trial.plug(port());
		for (int i = 0; i < 3; i++) {
			traffic.midst(guestSays(random, 256 << 10), farEndSays(random, 256 << 10));
			trial.update(port());
			trial.changeFarEnd();
			exchange();
		}
	}

	@Test
	final void bundle_updatedInTheMidst_theFarEndStaysAndNothingIsLost() throws Exception {
		trial.needs(Trait.OUTLIVES_UPDATES);
		trial.plug(port());
		traffic.moveWhile(trial.has(Trait.FROM_GUEST) ? guestSays(random, many()) : new byte[0],
				trial.has(Trait.TO_GUEST) ? farEndSays(random, many()) : new byte[0], 5, i -> trial.update(port()));
	}

	/** Another thread closes the host side while the port is being called. */
	@Test
	final void hostSide_closesInsideACall_whatWasTakenComesOut() throws Exception {
		trial.plug(port());
		trial.examined().closeInside(3);
		traffic.midst(guestSays(random, 256 << 10), farEndSays(random, 256 << 10));
		trial.examined().closeInside(0);
		traffic.restart(guestSays(random, MARKER), farEndSays(random, MARKER));
		traffic.assertTakenCameOut();
	}

	@Test
	final void notices_twiceInARow_changeNothing() throws Exception {
		trial.plug(port());
		exchange();
		var port = trial.examined();
		port.twice(port::guestReady);
		port.twice(port::guestOpened);
		port.twice(port::guestClosed);
		port.twice(() -> port.running(false));
		port.twice(() -> port.running(true));
		port.twice(port::guestOpened);
		exchange();
	}

	// ---- plugging

	@Test
	final void unplugged_inTheMidst_letsGoAndTheNextOneWorks() throws Exception {
		for (int i = 0; i < 3; i++) {
			trial.plug(port());
			traffic.midst(guestSays(random, 256 << 10), farEndSays(random, 256 << 10));
			trial.unplug();
		}
		trial.plug(port());
		exchange();
	}

	@Test
	final void sameInstance_pluggedAgain_works() throws Exception {
		var port = port();
		for (int i = 0; i < 3; i++) {
			trial.plug(port);
			exchange();
			trial.unplug();
		}
	}

	@Test
	final void port_pluggedManyTimes_leavesNoThreadsAndNoDescriptors() throws Exception {
		var same = port();
		trial.assertNothingLeft("plugged and unplugged", i -> {
			trial.plugAlone(i % 2 == 0 ? port() : same);
			trial.awaitGuest();
			trial.unplug();
		});
	}

	@Test
	final void wrongConfiguration_plugged_refusedWithAMessageAndNothingLeft() throws Exception {
		for (var port : misconfigured()) {
			trial.assertRefused(port);
			trial.assertNothingLeft("refused", i -> trial.assertRefused(port));
		}
	}

	private void exchange() throws Exception {
		traffic.restart(guestSays(random, MARKER), farEndSays(random, MARKER));
		trial.assertHealthy();
	}
}
