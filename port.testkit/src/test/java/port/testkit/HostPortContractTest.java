package port.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

import bus.api.HostPort;

/** Every rule of the contract has a port that breaks it, and each is told what it has done and what to do. */
@Timeout(60)
class HostPortContractTest {
	private static final String FROM_GUEST = "guestsBytes_inPiecesOfEverySize_comeOutUnchanged";
	private static final String TO_GUEST = "farEndsBytes_inPiecesOfEverySize_reachTheGuestUnchanged";
	private static final String BOTH = "bothWays_atOnce_neitherWaitsForTheOther";
	private static final String STALL = "farEnd_doesNotRead_theGuestWaitsAndGoesOnAtTheByte";
	private static final String GUEST_STALL = "guest_doesNotRead_theFarEndWaitsAndGoesOnAtTheByte";
	private static final String CONSOLE = "console_nobodyReads_theGuestNeverWaits";
	private static final String GUEST_CLOSES = "guest_closesInTheMidst_bytesFlowWhenItOpensAgain";
	private static final String RELOAD = "driver_reloads_bytesFlowWithTheNextOne";
	private static final String FAR_END = "farEnd_leavesInTheMidst_theNextOneIsServed";
	private static final String INSIDE = "hostSide_closesInsideACall_whatWasTakenComesOut";
	private static final String TWICE = "notices_twiceInARow_changeNothing";
	private static final String UNPLUG = "unplugged_inTheMidst_letsGoAndTheNextOneWorks";
	private static final String AGAIN = "sameInstance_pluggedAgain_works";
	private static final String MANY_TIMES = "port_pluggedManyTimes_leavesNoThreadsAndNoDescriptors";
	private static final String UPDATE = "bundle_updatedInTheMidst_theNextInstanceGoesOn";
	private static final String KEEP = "bundle_updatedInTheMidst_theFarEndStaysAndNothingIsLost";
	private static final String OPERATOR = "operator_closesAndOpens_bytesFlowAgain";
	private static final String REFUSAL = "wrongConfiguration_plugged_refusedWithAMessageAndNothingLeft";

	/** What breaks a rule, where it shows, and a part of what is said about it. */
	static Stream<Arguments> badPorts() {
		return Stream.of(bad(BadPorts.KeepsTheBuffer::new, FROM_GUEST, "keep no buffer, copy what is taken"),
				bad(BadPorts.WritesLater::new, TO_GUEST, "written to a buffer of an earlier call"),
				bad(BadPorts.TakesEveryBufferForAnArray::new, FROM_GUEST, "guestData threw java.lang.Unsupported"),
				bad(BadPorts.ForgetsTheArraysOffset::new, TO_GUEST, "to the guest: byte "),
				bad(BadPorts.AnswersMoreThanItTakes::new, STALL, "bytes; bound guestData: take less than offered"),
				bad(BadPorts.LosesAByte::new, BOTH, "what guestData has not taken"),
				bad(BadPorts.LosesAByte::new, INSIDE, "what it has answered as taken must come out"),
				bad(BadPorts.AnswersLessThanItTakes::new, FROM_GUEST, "bytes come twice; what guestData has not taken"),
				bad(BadPorts.AnswersMoreThanThereIs::new, FROM_GUEST, "; the answer is the number of bytes"),
				bad(BadPorts.NeverWritable::new, FROM_GUEST, "guest.writable() has not been said since: say it"),
				bad(BadPorts.NeverReadable::new, TO_GUEST, "the port has said guest.readable() 0 times"),
				bad(BadPorts.NeverOpens::new, FROM_GUEST, "the port must say guest.open() (or attach) in plugged"),
				bad(BadPorts.ClosesWithTheGuestForGood::new, GUEST_CLOSES, "guest.open() (or attach) again"),
				bad(BadPorts.HasNoBound::new, STALL, "nobody reads, and the port has taken all"),
				bad(BadPorts.HasNoBound::new, GUEST_STALL, "leave it where it comes from"),
				bad(BadPorts.Throws::new, FROM_GUEST, "the peer has gone"),
				bad(BadPorts.ThrowsTheSecondTime::new, TWICE, "closed already at port.testkit"),
				bad(BadPorts.WantsOneDriverOnly::new, RELOAD, "guestReady threw"),
				bad(BadPorts.Blocks::new, FROM_GUEST, " blocked the bus for "),
				bad(BadPorts.Blocks::new, CONSOLE, " blocked the bus for "),
				bad(BadPorts.BlocksForEver::new, FROM_GUEST, "guestData has blocked the bus for more than 2000 ms"),
				bad(BadPorts.BlocksForEver::new, CONSOLE, "guestData has blocked the bus for more than 2000 ms"),
				bad(BadPorts.LeavesThreads::new, MANY_TIMES, "threads left behind: {forgotten=40}"),
				bad(BadPorts.LeavesDescriptors::new, MANY_TIMES, "descriptors left behind: {/proc/#/status=40}"),
				bad(BadPorts.NeverLeaves::new, UNPLUG, "unplugged has not returned in 2 s"),
				bad(BadPorts.NeverLeaves::new, UPDATE, "unplugged has not returned in 2 s"),
				bad(QueuePort::new, KEEP, "sent and"),
				bad(BadPorts.Throws::new, OPERATOR, "the peer has gone"),
				bad(BadPorts.WorksOnce::new, AGAIN, "listen=x is in use"),
				bad(BadPorts.ServesOneFarEnd::new, FAR_END, "from the guest nothing comes any more"),
				bad(BadPorts.ItsThreadDies::new, FROM_GUEST, "a thread of the port's has died of"),
				bad(QueuePort::new, REFUSAL, "plugged has taken a wrong configuration"),
				bad(BadPorts.RefusesWithAnError::new, REFUSAL, "it must be an exception with one line"),
				bad(BadPorts.RefusesWithoutWords::new, REFUSAL, "names the option as key=value"),
				bad(BadPorts.LeavesThreadsWhenRefusing::new, REFUSAL, "threads left behind: {forgotten=40}"));
	}

	private static Arguments bad(Supplier<QueuePort> port, String test, String message) {
		return Arguments.of(port.get().getClass().getSimpleName(), port, test, message);
	}

	@ParameterizedTest(name = "{0} in {2}")
	@MethodSource("badPorts")
	void badPort_inTheTestOfItsRule_isToldWhatToDo(String name, Supplier<QueuePort> port, String test, String message) {
		var listener = new SummaryGeneratingListener();
		BadContract.PORT.set(port);
		var contract = test.equals(CONSOLE) ? BadConsole.class : BadContract.class;
		LauncherFactory.create().execute(LauncherDiscoveryRequestBuilder.request()
				.selectors(selectMethod(contract, test)).build(), listener);
		var failures = listener.getSummary().getFailures();
		assertEquals(1, failures.size(), name + " was not caught");
		String said = failures.getFirst().getException().toString();
		System.out.println(name + ": " + said);
		assertTrue(said.contains(message), said);
	}

	/** The contract for the port that is on trial; found by nobody else, because it is nested. */
	static class BadContract extends QueuePortTest {
		/** JUnit makes the instances, on the thread that asks it to. */
		static final ThreadLocal<Supplier<QueuePort>> PORT = new ThreadLocal<>();

		@Override
		QueuePort make() {
			return PORT.get().get();
		}

		@Override
		protected Set<Trait> traits() {
			return EnumSet.complementOf(EnumSet.of(Trait.CONSOLE));
		}

		@Override
		protected List<HostPort> misconfigured() {
			return List.of(make());
		}

		@Override
		protected Duration patience() {
			return Duration.ofSeconds(2);
		}
	}

	/** The same as a console. */
	static final class BadConsole extends BadContract {

		@Override
		protected Set<Trait> traits() {
			return EnumSet.of(Trait.FROM_GUEST, Trait.TO_GUEST, Trait.CONSOLE);
		}
	}
}
