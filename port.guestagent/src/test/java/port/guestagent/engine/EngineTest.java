package port.guestagent.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static port.guestagent.engine.Bench.answer;
import static port.guestagent.engine.Bench.failure;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import port.guestagent.AgentBusyException;
import port.guestagent.AgentLostException;
import port.guestagent.AgentNotReadyException;
import port.guestagent.AgentState;
import port.guestagent.AgentTimeoutException;
import port.guestagent.AgentUnsupportedException;

/** What callers get from agents in health and sickness. No threads, no time. */
class EngineTest {
	private static final Duration SECOND = Duration.ofSeconds(1);

	@Test
	void agent_opens_readyWithItsCapabilities() {
		var bench = new Bench();
		assertEquals(AgentState.NO_PORT, bench.state());
		bench.plug();
		assertEquals(AgentState.CLOSED, bench.state());
		bench.agent.disabled.add("guest-exec");
		bench.open();
		assertEquals(AgentState.READY, bench.state());
		var info = bench.engine.status().agent().orElseThrow();
		assertEquals("7.2.22", info.version());
		assertTrue(info.commands().contains("guest-ping"));
		assertEquals(Set.of("guest-exec"), info.disabled());
		assertEquals("ready", bench.engine.figures().get("state"));
	}

	@Test
	void call_nobodyThere_failsAtOnceWithTheState() {
		var bench = new Bench();
		assertEquals(AgentState.NO_PORT,
				failure(AgentNotReadyException.class, bench.submit("a", "guest-ping")).state());
		bench.plug();
		assertEquals(AgentState.CLOSED,
				failure(AgentNotReadyException.class, bench.submit("a", "guest-ping")).state());
	}

	@Test
	void call_agentThatStartsToAnswer_waitsForIt() {
		var bench = new Bench().plug();
		bench.agent.mute = true;
		bench.open();
		assertEquals(AgentState.UNSYNCED, bench.state());
		var call = bench.call("guest-ping");
		bench.agent.mute = false;
		bench.pass(Duration.ofSeconds(2));
		assertTrue(answer(call).has("return"));
	}

	@Test
	void call_agentMuteFromTheStart_notReadyAtTheDeadline() {
		var bench = new Bench().plug();
		bench.agent.mute = true;
		bench.open();
		var call = bench.call("guest-ping");
		bench.pass(Bench.TIMEOUT.minusMillis(1));
		assertFalse(call.answer().isDone());
		bench.pass(Duration.ofMillis(1));
		assertEquals(AgentState.UNSYNCED, failure(AgentNotReadyException.class, call).state());
	}

	@Test
	void sync_agentMute_isAskedAgainLessAndLessOften() {
		var bench = new Bench().plug();
		bench.agent.mute = true;
		bench.open();
		bench.pass(Duration.ofMinutes(5));
		assertTrue(bench.agent.syncs.size() > 8 && bench.agent.syncs.size() < 20, bench.agent.syncs.toString());
		assertEquals(bench.agent.syncs.size(), Set.copyOf(bench.agent.syncs).size());
	}

	@Test
	void call_agentFallsSilent_timesOutAndTheLateAnswerIsForNobody() {
		var bench = Bench.ready();
		bench.agent.on("guest-get-users", ScriptedAgent.MUTE);
		var late = bench.call("guest-get-users");
		bench.agent.mute = true;
		bench.pass(Bench.TIMEOUT);
		var timeout = failure(AgentTimeoutException.class, late);
		assertTrue(timeout.sent() && !timeout.paused());
		assertEquals(AgentState.UNSYNCED, bench.state());

		bench.agent.mute = false;
		bench.agent.say(ScriptedAgent.text("{\"return\": [\"late\"]}\n"));
		var next = bench.call("guest-ping");
		bench.pass(Duration.ofMinutes(1));
		assertFalse(answer(next).toString().contains("late"));
		assertEquals(AgentState.READY, bench.state());
	}

	@Test
	void agentWithoutDelimitedSync_isSynchronizedThePlainWay() {
		var bench = new Bench().plug();
		bench.agent.without("guest-sync-delimited");
		bench.open();
		assertEquals(AgentState.READY, bench.state());
		assertTrue(answer(bench.call("guest-ping")).has("return"));
		bench.reboot();
		assertEquals(AgentState.READY, bench.state());
	}

	@Test
	void sync_wrongNumber_isNotTaken() {
		var bench = new Bench().plug();
		bench.agent.on("guest-sync-delimited", "\u00ff{\"return\": 7}");
		bench.open();
		assertEquals(AgentState.UNSYNCED, bench.state());
		bench.agent.on("guest-sync-delimited",
				request -> ScriptedAgent.text("\u00ff{\"return\": " + request.at("/arguments/id") + "}"));
		bench.pass(SECOND);
		assertEquals(AgentState.READY, bench.state());
	}

	@Test
	void sync_answerBehindHalfOfAnother_isFound() {
		var bench = new Bench().plug();
		bench.agent.on("guest-sync-delimited",
				request -> ScriptedAgent
						.text("{\"return\": [1, \u00ff{\"return\": " + request.at("/arguments/id") + "}"));
		bench.open();
		assertEquals(AgentState.READY, bench.state());
	}

	/** What it fails at is in the log, once for each: a guest could fill it. */
	@Test
	void sync_numberTooLargeForALong_isNoAnswer() {
		var bench = new Bench().plug();
		bench.agent.mute = true;
		bench.open();
		bench.agent.say(ScriptedAgent.text("{\"return\": 99999999999999999999999}\n"));
		bench.run();
		assertEquals(1, bench.figure("resyncs"));
		bench.agent.mute = false;
		bench.pass(SECOND);
		assertEquals(AgentState.READY, bench.state());
	}

	@Test
	void errands_tooMany_theEnginesNextStepIsNotForgotten() {
		var errands = new Errands();
		errands.first(new Errands.Errand("guest-info", new byte[0], false, line -> {
		}));
		for (int i = 0; i < 1000; i++)
			errands.add(new Errands.Errand("guest-exec", new byte[0], true, line -> {
			}));
		assertEquals("guest-info", errands.poll(any -> true).command());
	}

	@Test
	void answer_garbage_callIsLostAndTheNextIsAnswered() {
		var bench = Bench.ready();
		for (var garbage : List.of("Segmentation fault", "{\"event\": 1}", "[]", "{\"return\": {}} x", "{\"return\":",
				"{\"return\": \u00ff}", "\u00ff\u00ff{]", "x\u00ff{\"re\u00ff")) {
			bench.agent.on("guest-get-users", garbage);
			failure(AgentLostException.class, bench.call("guest-get-users"));
			var next = bench.call("guest-ping");
			bench.pass(SECOND);
			assertTrue(answer(next).has("return"), garbage);
		}
		assertEquals(8, bench.figure("garbage"));
	}

	@Test
	void answer_inSingleBytes_isWhole() {
		var bench = Bench.ready();
		bench.piece = 1;
		bench.agent.on("guest-get-users", "{\"return\": [\"h\u00c3\u00a9\"]}");
		assertEquals("{\"return\":[\"h\u00e9\"]}", answer(bench.call("guest-get-users")).toString());
	}

	@Test
	void answer_tenMebibytes_isWhole() {
		var bench = Bench.ready();
		bench.piece = 64 << 10;
		bench.agent.on("guest-get-users", "{\"return\": \"" + "x".repeat(10 << 20) + "\"}");
		assertEquals(10 << 20, answer(bench.call("guest-get-users")).get("return").asString().length());
	}

	@Test
	void answer_longerThanAllowed_callIsLostAndTheNextIsAnswered() {
		var bench = Bench.ready();
		bench.piece = 64 << 10;
		bench.agent.on("guest-get-users", "{\"return\": \"" + "x".repeat(Bench.MAX_REPLY) + "\"}");
		var lost = failure(AgentLostException.class, bench.call("guest-get-users"));
		assertTrue(lost.getMessage().contains("max_reply="), lost.getMessage());
		assertTrue(answer(bench.call("guest-ping")).has("return"));
	}

	@Test
	void guest_restartsInMidCall_lostAtOnceAndTheRestGoesOn() {
		var bench = Bench.ready();
		bench.agent.on("guest-get-users", ScriptedAgent.MUTE);
		var lost = bench.call("guest-get-users");
		var waiting = bench.submit("b", "guest-ping");
		bench.reboot();
		failure(AgentLostException.class, lost);
		assertTrue(answer(waiting).has("return"));
		assertEquals(AgentState.READY, bench.state());
	}

	@Test
	void guest_closesInMidCall_nobodyWaits() {
		var bench = Bench.ready();
		bench.agent.on("guest-get-users", ScriptedAgent.MUTE);
		var lost = bench.call("guest-get-users");
		var waiting = bench.submit("b", "guest-ping");
		bench.close();
		failure(AgentLostException.class, lost);
		assertEquals(AgentState.CLOSED, failure(AgentNotReadyException.class, waiting).state());
		assertEquals(AgentState.CLOSED, bench.state());
	}

	@Test
	void port_unpluggedInMidCall_nobodyWaits() {
		var bench = Bench.ready();
		bench.agent.on("guest-get-users", ScriptedAgent.MUTE);
		var lost = bench.call("guest-get-users");
		var waiting = bench.submit("b", "guest-ping");
		bench.wire.unplugged();
		bench.engine.turn();
		failure(AgentLostException.class, lost);
		assertEquals(AgentState.NO_PORT, failure(AgentNotReadyException.class, waiting).state());
	}

	/** What the guest has not read when it closes is not for who opens next. */
	@Test
	void guest_reopens_oldRequestsAreGone() {
		var bench = Bench.ready();
		bench.submit("a", "guest-get-users");
		bench.engine.turn(); // the request is on the wire, unread
		bench.wire.closed();
		bench.wire.opened();
		assertEquals(0, bench.wire.give(ByteBuffer.allocate(100)));
		bench.reboot();
		assertFalse(bench.agent.heard.contains("guest-get-users"), bench.agent.heard.toString());
	}

	@Test
	void call_agentDoesNotHaveIt_isNotSent() {
		var bench = new Bench().plug();
		bench.agent.disabled.add("guest-exec");
		bench.open();
		assertTrue(failure(AgentUnsupportedException.class, bench.call("guest-exec")).disabled());
		assertFalse(failure(AgentUnsupportedException.class, bench.call("guest-fly")).disabled());
		assertFalse(bench.agent.heard.contains("guest-exec") || bench.agent.heard.contains("guest-fly"));
	}

	@Test
	void unaskedLine_isNotTheNextAnswer() {
		var bench = Bench.ready();
		int before = bench.agent.syncs.size();
		bench.agent.say(ScriptedAgent.text("{\"return\": \"unasked\"}\n"));
		bench.run();
		assertEquals(before + 1, bench.agent.syncs.size()); // another such line might be on its way
		var call = bench.call("guest-ping");
		bench.pass(SECOND);
		assertFalse(answer(call).toString().contains("unasked"));
	}

	/** Each has us ask for a number again; that many questions must not be what the guest makes us do. */
	@Test
	void unaskedLines_againAndAgain_areNotAnsweredWithASyncEach() {
		var bench = Bench.ready();
		int before = bench.agent.syncs.size();
		for (int i = 0; i < 1000; i++) {
			bench.agent.say(ScriptedAgent.text("{\"return\": {}}\n"));
			bench.pass(Duration.ofMillis(1));
		}
		assertTrue(bench.agent.syncs.size() - before < 15, bench.agent.syncs.toString());
	}

	@Test
	void clients_takeTurns() {
		var bench = Bench.ready();
		for (int i = 0; i < 4; i++)
			bench.submit("a", "guest-ping");
		bench.submit("b", "guest-get-users");
		bench.submit("b", "guest-info");
		bench.run();
		assertEquals(List.of("guest-ping", "guest-get-users", "guest-ping", "guest-info", "guest-ping", "guest-ping"),
				bench.agent.heard);
	}

	@Test
	void client_withTooMany_isRefusedAndOthersAreNot() {
		var bench = Bench.ready();
		for (int i = 0; i < Bench.QUEUE; i++)
			assertFalse(bench.submit("a", "guest-ping").answer().isDone());
		var refused = failure(AgentBusyException.class, bench.submit("a", "guest-ping"));
		assertTrue(refused.getMessage().contains("queue=" + Bench.QUEUE), refused.getMessage());
		assertFalse(bench.submit("b", "guest-ping").answer().isDone());
		bench.run();
		assertEquals(Bench.QUEUE + 1, bench.agent.heard.size());
	}

	@Test
	void manyClients_eachIsAnswered() {
		var bench = Bench.ready();
		var calls = IntStream.range(0, 200).mapToObj(i -> bench.submit("c" + i, "guest-ping")).toList();
		bench.run();
		calls.forEach(Bench::answer);
	}

	@Test
	void call_waitingBehindASlowOne_timesOutUnsent() {
		var bench = Bench.ready();
		bench.agent.on("guest-get-users", ScriptedAgent.MUTE);
		var slow = bench.engine.submit("b", "guest-get-users",
				Json.line(Json.request("guest-get-users", Json.object())), Duration.ofHours(1), true);
		var behind = bench.call("guest-ping");
		bench.pass(Bench.TIMEOUT);
		assertFalse(failure(AgentTimeoutException.class, behind).sent());
		assertFalse(slow.answer().isDone());
	}

	@Test
	void cancel_inMidCall_theNextIsAnswered() {
		var bench = Bench.ready();
		var answered = new AtomicReference<byte[]>();
		bench.agent.on("guest-get-users", request -> {
			answered.set(ScriptedAgent.text("{\"return\": []}\n"));
			return null;
		});
		var cancelled = bench.call("guest-get-users");
		bench.engine.cancel(cancelled);
		bench.agent.say(answered.get());
		var next = bench.call("guest-info");
		assertTrue(answer(next).path("return").has("version"));
		assertTrue(cancelled.answer().isCompletedExceptionally());
	}

	@Test
	void shutdown_agentSaysNothing_succeeds() {
		var bench = Bench.ready();
		var call = bench.call("guest-shutdown");
		assertEquals(0, call.answer().join().length);
		assertTrue(answer(bench.call("guest-ping")).has("return"));
	}

	@Test
	void shutdown_guestGoes_succeeds() {
		var bench = Bench.ready();
		bench.agent.mute = true;
		var call = bench.call("guest-shutdown");
		bench.close();
		assertEquals(0, call.answer().join().length);
	}

	@Test
	void shutdown_agentRefuses_isToldAndTheNextIsAnswered() {
		var bench = Bench.ready();
		bench.agent.on("guest-shutdown", "{\"error\": {\"class\": \"GenericError\", \"desc\": \"no\"}}");
		assertTrue(answer(bench.call("guest-shutdown")).has("error"));
		assertTrue(answer(bench.call("guest-ping")).has("return"));
		assertEquals(AgentState.READY, bench.state());
	}

	/** An agent calls unknown what was blocked; that says nothing of its way to synchronize. */
	@Test
	void shutdown_blocked_syncStaysDelimited() {
		var bench = Bench.ready();
		bench.agent.without("guest-sync"); // the plain way would not work
		bench.agent.on("guest-shutdown", "{\"error\": {\"class\": \"CommandNotFound\", \"desc\": \"no\"}}");
		assertTrue(answer(bench.call("guest-shutdown")).has("error"));
		bench.engine.cancel(bench.submit("a", "guest-ping"));
		bench.agent.on("guest-get-users", "garbage");
		bench.call("guest-get-users");
		bench.pass(SECOND);
		assertEquals(AgentState.READY, bench.state());
	}

	@Test
	void ping_configured_findsTheAgentMute() {
		var bench = new Bench(Duration.ofSeconds(30)).plug();
		bench.open();
		bench.pass(Duration.ofSeconds(65));
		assertEquals(2, bench.agent.heard.stream().filter("guest-ping"::equals).count());
		bench.agent.mute = true;
		bench.pass(Duration.ofSeconds(36));
		assertEquals(AgentState.UNSYNCED, bench.state());
	}

	@Test
	void call_onTheLoop_isRefusedBecauseItWouldWait() {
		var bench = Bench.ready(); // whose only thread is the loop's, too
		var agent = new AgentView(new Calls(bench.engine, "a", Bench.TIMEOUT));
		assertThrows(IllegalStateException.class, agent::ping);
		assertEquals(AgentState.READY, agent.status().state());
	}

	@Test
	void errand_agentAway_isDoneWhenItComesBack() {
		var bench = Bench.ready();
		bench.close();
		bench.engine.errand("guest-exec", Json.object(), true);
		bench.engine.errand("guest-get-users", Json.object(), false);
		bench.open();
		assertTrue(bench.agent.heard.contains("guest-exec"));
		assertFalse(bench.agent.heard.contains("guest-get-users"));
	}
}
