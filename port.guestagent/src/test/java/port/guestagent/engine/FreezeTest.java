package port.guestagent.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static port.guestagent.engine.Bench.answer;
import static port.guestagent.engine.Bench.failure;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;

import port.guestagent.AgentFrozenException;
import port.guestagent.AgentState;
import port.guestagent.AgentTimeoutException;

/** A freeze never outlives its time, whoever forgets it; and a pause is nobody's fault. No threads, no time. */
class FreezeTest {
	private static final String FREEZE = "guest-fsfreeze-freeze";
	private static final Duration SECOND = Duration.ofSeconds(1);

	@Test
	void frozen_otherCalls_areRefusedAtOnceAndTheAllowedAreNot() {
		var bench = Bench.ready();
		var before = bench.submit("a", FREEZE);
		var queued = bench.submit("a", "guest-get-users");
		bench.run();
		assertEquals(3, answer(before).get("return").asInt());
		failure(AgentFrozenException.class, queued);
		var refused = failure(AgentFrozenException.class, bench.submit("b", "guest-exec"));
		assertTrue(refused.getMessage().startsWith("guest-exec: a has frozen"), refused.getMessage());
		for (var allowed : List.of("guest-ping", "guest-info", "guest-fsfreeze-status"))
			assertTrue(answer(bench.call(allowed)).has("return"), allowed);
		assertTrue(bench.engine.status().frozen().isPresent());
		assertTrue(bench.engine.figures().containsKey("frozen since"));
	}

	@Test
	void thawed_callsGoOnWithAllCapabilities() {
		var bench = Bench.ready();
		bench.call(FREEZE);
		bench.call("guest-info"); // which says now that nearly all is disabled
		answer(bench.call("guest-fsfreeze-thaw"));
		assertTrue(answer(bench.call("guest-get-users")).has("return"));
		assertTrue(bench.engine.status().frozen().isEmpty());
	}

	@Test
	void thaw_goesBeforeAllThatWait() {
		var bench = Bench.ready();
		for (int i = 0; i < 4; i++)
			bench.submit("c" + i, "guest-ping");
		bench.submit("z", "guest-fsfreeze-thaw");
		bench.run();
		assertEquals("guest-fsfreeze-thaw", bench.agent.heard.getFirst());
	}

	@Test
	void freeze_leftHanging_isThawedInTimeAndNotBefore() {
		var bench = Bench.ready();
		bench.call(FREEZE);
		bench.pass(Bench.THAW_AFTER.minus(SECOND));
		assertTrue(bench.agent.frozen);
		bench.pass(SECOND);
		assertFalse(bench.agent.frozen);
		assertEquals(1, bench.figure("auto-thaws"));
		bench.pass(Bench.THAW_AFTER.multipliedBy(3));
		assertEquals(1, bench.figure("auto-thaws"));
	}

	@Test
	void watchdog_thawFails_triesAgain() {
		var bench = Bench.ready();
		bench.call(FREEZE);
		bench.agent.on("guest-fsfreeze-thaw", "{\"error\": {\"class\": \"GenericError\", \"desc\": \"busy\"}}");
		bench.pass(Bench.THAW_AFTER.plusSeconds(12));
		assertEquals(3, bench.figure("auto-thaws"));
		assertTrue(bench.engine.status().frozen().isPresent());
	}

	/** The caller believes that nothing is frozen, and will not thaw. */
	@Test
	void freeze_answeredTooLate_isThawedAsSoonAsTheAgentAnswers() {
		var bench = Bench.ready();
		bench.agent.on(FREEZE, request -> {
			bench.agent.frozen = true;
			bench.agent.mute = true;
			return null;
		});
		var call = bench.call(FREEZE);
		bench.pass(Bench.TIMEOUT);
		failure(AgentTimeoutException.class, call);
		assertTrue(bench.agent.frozen);
		bench.agent.mute = false;
		bench.agent.say(ScriptedAgent.text("{\"return\": 3}\n"));
		bench.pass(Duration.ofSeconds(2));
		assertFalse(bench.agent.frozen);
		assertEquals(AgentState.READY, bench.state());
	}

	@Test
	void freeze_hasNoAnswer_andTheStatusIsBlocked_isThawed() {
		var bench = new Bench().plug();
		bench.agent.disabled.add("guest-fsfreeze-status");
		bench.agent.on(FREEZE, request -> {
			bench.agent.frozen = true;
			bench.agent.mute = true;
			return null;
		});
		bench.open();
		var call = bench.call(FREEZE);
		bench.pass(Bench.TIMEOUT);
		failure(AgentTimeoutException.class, call);
		bench.agent.mute = false;
		bench.pass(Duration.ofSeconds(5));
		assertFalse(bench.agent.frozen);
		assertEquals(AgentState.READY, bench.state());
	}

	@Test
	void agent_foundFrozen_isThawedInTime() {
		var bench = new Bench().plug();
		bench.agent.frozen = true; // by whoever was here before an update of the port
		bench.open();
		assertTrue(bench.engine.status().frozen().isPresent());
		bench.pass(Bench.THAW_AFTER);
		assertFalse(bench.agent.frozen);
		assertTrue(answer(bench.call("guest-get-users")).has("return"));
	}

	@Test
	void guest_restartsFrozen_nothingIsFrozenAnyMore() {
		var bench = Bench.ready();
		bench.call(FREEZE);
		bench.agent.frozen = false;
		bench.reboot();
		assertTrue(bench.engine.status().frozen().isEmpty());
		assertTrue(answer(bench.call("guest-get-users")).has("return"));
	}

	@Test
	void pause_whileFrozen_stopsTheWatchdog() {
		var bench = Bench.ready();
		bench.call(FREEZE);
		bench.wire.running(false);
		bench.pass(Bench.THAW_AFTER.multipliedBy(5));
		assertTrue(bench.agent.frozen);
		bench.wire.running(true);
		bench.pass(Bench.THAW_AFTER.minus(SECOND));
		assertTrue(bench.agent.frozen);
		bench.pass(SECOND);
		assertFalse(bench.agent.frozen);
	}

	@Test
	void pause_callTimesOut_saysSoAndTheAgentStaysReady() {
		var bench = Bench.ready();
		bench.agent.on("guest-get-users", ScriptedAgent.MUTE);
		var under = bench.call("guest-get-users");
		bench.wire.running(false);
		var waiting = bench.call("guest-ping");
		bench.pass(Bench.TIMEOUT);
		var timeout = failure(AgentTimeoutException.class, under);
		assertTrue(timeout.paused() && timeout.sent());
		var unsent = failure(AgentTimeoutException.class, waiting);
		assertTrue(unsent.paused() && !unsent.sent());
		bench.pass(Duration.ofHours(1));
		assertEquals(AgentState.READY, bench.state());
		assertFalse(bench.engine.status().running());
		bench.wire.running(true);
		bench.run();
		assertEquals(AgentState.READY, bench.state());
		assertTrue(answer(bench.call("guest-ping")).has("return"));
	}

	@Test
	void pause_callOfPatientCaller_isAnsweredAfterwards() {
		var bench = Bench.ready();
		bench.wire.running(false);
		var call = bench.call("guest-ping");
		assertEquals(List.of(), bench.agent.heard);
		bench.pass(Bench.TIMEOUT.minus(SECOND));
		bench.wire.running(true);
		bench.run();
		assertTrue(answer(call).has("return"));
	}
}
