package port.guestagent.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

/** What a program reads that believes to be the agent's only master. No threads, no time. */
class RawClientTest {
	private final Bench bench = Bench.ready();
	private final List<String> replies = new ArrayList<>();
	private final RawClient client = client("tool");

	private RawClient client(String name) {
		return new RawClient(bench.engine, name, reply -> {
			var bytes = new byte[reply.remaining()];
			reply.get(bytes);
			replies.add(new String(bytes, StandardCharsets.ISO_8859_1));
		});
	}

	/** All of it, as a socket would offer it again. */
	private void say(String text) {
		var bytes = ByteBuffer.wrap(ScriptedAgent.text(text));
		do {
			client.take(bytes);
			bench.run();
		} while (bytes.hasRemaining());
	}

	@Test
	void request_inAnyForm_isAnsweredByTheAgentAsItIs() {
		bench.agent.on("guest-get-users", "{\"return\": [ 1,2 ]}");
		say("{\"execute\": \"guest-get-users\"}\n");
		say(" {\n\t\"arguments\": {\"a\": \"}\\\"{\"},\n\t\"execute\": \"guest-get-users\" }");
		assertEquals(List.of("{\"return\": [ 1,2 ]}\n", "{\"return\": [ 1,2 ]}\n"), replies);
	}

	@Test
	void requests_atOnce_areTakenOneByOne() {
		var two = ByteBuffer.wrap("{\"execute\":\"guest-ping\"}{\"execute\":\"guest-info\"}".getBytes());
		assertEquals(24, client.take(two));
		assertEquals(0, client.take(two));
		bench.run();
		assertEquals(1, replies.size());
		client.take(two);
		bench.run();
		assertEquals(List.of("guest-ping", "guest-info"), bench.agent.heard);
	}

	@Test
	void sync_isAnsweredHere() {
		int before = bench.agent.syncs.size();
		say("\u00ff{\"execute\": \"guest-sync-delimited\", \"arguments\": {\"id\": 4711}}\n");
		say("{\"execute\": \"guest-sync\", \"arguments\": {\"id\": -1}}\n");
		assertEquals(List.of("\u00ff{\"return\":4711}\n", "{\"return\":-1}\n"), replies);
		assertEquals(before, bench.agent.syncs.size());
	}

	@Test
	void sync_agentMute_isNotAnswered() {
		bench.agent.mute = true;
		say("{\"execute\": \"guest-sync\", \"arguments\": {\"id\": 1}}");
		bench.pass(Bench.TIMEOUT);
		assertEquals(List.of(""), replies);
	}

	@Test
	void halfARequest_thenFF_isForgotten() {
		say("{\"execute\": \"guest-shut\u00ff{\"execute\": \"guest-ping\"}");
		assertEquals(List.of("guest-ping"), bench.agent.heard);
	}

	@Test
	void garbage_isRefusedWithALineAndTheNextIsAnswered() {
		say("hello\n{\"no\": 1}{\"execute\": 5}]{\"execute\": \"guest-sync\"}{\"execute\": \"guest-ping\"}");
		assertEquals(6, replies.size(), replies.toString());
		assertTrue(replies.stream().limit(5).allMatch(reply -> reply.startsWith("{\"error\":")), replies.toString());
		assertEquals("{\"return\": {}}\n", replies.getLast());
	}

	@Test
	void quoteThatNobodyCloses_endsWithItsLine() {
		say("{\"execute\": \"guest-info}\n{\"execute\": \"guest-ping\"}\n");
		assertEquals(2, replies.size(), replies.toString());
		assertTrue(replies.getFirst().startsWith("{\"error\":"), replies.toString());
		assertEquals("{\"return\": {}}\n", replies.getLast());
	}

	@Test
	void requestThatIsTooLong_isRefused_andWhatIsInItsStringsIsNoRequest() {
		say("{\"execute\": \"guest-exec\", \"arguments\": {\"path\": \"" + "{'execute': 'guest-shutdown'}".repeat(160_000)
				+ "\"}}\n{\"execute\": \"guest-ping\"}\n");
		assertEquals(2, replies.size());
		assertTrue(replies.getFirst().startsWith("{\"error\":"), replies.toString());
		assertEquals("{\"return\": {}}\n", replies.getLast());
		assertEquals(List.of("guest-ping"), bench.agent.heard);
	}

	@Test
	void noAgent_isAnError() {
		bench.close();
		say("{\"execute\": \"guest-ping\"}\n");
		assertTrue(replies.getFirst().contains("no agent"), replies.toString());
	}

	@Test
	void unknownCommand_isForTheAgentToRefuse() {
		say("{\"execute\": \"guest-fly\"}\n");
		assertTrue(replies.getFirst().contains("CommandNotFound"), replies.toString());
	}

	@Test
	void shutdown_succeedsWithoutAWord() {
		say("{\"execute\": \"guest-shutdown\"}\n");
		assertEquals(List.of(""), replies);
	}

	@Test
	void close_inMidCall_answerIsForNobody() {
		bench.agent.on("guest-get-users", ScriptedAgent.MUTE);
		say("{\"execute\": \"guest-get-users\"}");
		client.close();
		bench.agent.say(ScriptedAgent.text("{\"return\": []}\n"));
		bench.run();
		assertEquals(List.of(), replies);
		assertTrue(Bench.answer(bench.call("guest-ping")).has("return"));
	}

	@Test
	void close_afterFreeze_staysFrozenUntilTheWatchdogThaws() {
		say("{\"execute\": \"guest-fsfreeze-freeze\"}\n");
		client.close();
		bench.run();
		assertTrue(bench.agent.frozen);
		bench.pass(Bench.THAW_AFTER);
		assertFalse(bench.agent.frozen);
	}
}
