package port.guestagent.engine;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

import tools.jackson.databind.node.ObjectNode;

/**
 * How master and agent find the beginning of an answer: the master sends a number, and forgets all lines until that
 * number comes back. A 0xFF before it makes the agent's parser forget half a request. {@code guest-sync-delimited} has
 * the answer begin with 0xFF, so that half an answer before it cannot hide it; an agent that is too old for it says
 * so, and gets {@code guest-sync}. The engine's lock.
 */
final class Sync {
	private static final byte[] FORGET = { (byte) 0xFF };
	/** An agent that starts late finds this many questions at most: they cost it nothing. */
	private static final long FIRST_PAUSE = Duration.ofSeconds(1).toNanos();
	private static final long LONGEST_PAUSE = Duration.ofSeconds(30).toNanos();
	/** Longer lines are not answers to this. */
	static final int LONGEST_ANSWER = 4096;

	/** What a line meant. */
	enum Verdict {
		/** Nothing. */
		STALE,
		/** From here on each answer is to what is asked. */
		SYNCED,
		/** The agent is too old for the better way. */
		OLD
	}

	private long id = ThreadLocalRandom.current().nextLong(1L << 40);
	private boolean plain;
	private long pause = FIRST_PAUSE;
	/** On the guest's clock. */
	private long due;

	/** A new listener, whose abilities are not known. */
	void opened(long now) {
		plain = false;
		begin(now);
	}

	/** Asks for synchronization at a time: now, or later if somebody makes us ask again and again. */
	void begin(long at) {
		pause = FIRST_PAUSE;
		due = at;
	}

	boolean due(long now) {
		return now - due >= 0;
	}

	long dueAt() {
		return due;
	}

	/** The question, with a number that was not used before; the next one is due if there is no answer. */
	ByteBuffer question(long now) {
		due = now + pause;
		pause = Math.min(2 * pause, LONGEST_PAUSE);
		return Json.join(FORGET, trailer());
	}

	/** The question to put behind a command that may be answered with silence. */
	byte[] trailer() {
		id++;
		var arguments = Json.object().put("id", id);
		return Json.line(Json.request(plain ? "guest-sync" : "guest-sync-delimited", arguments));
	}

	/** Waits for the answer to a {@link #trailer} before it asks again. */
	void expect(long now) {
		pause = FIRST_PAUSE;
		due = now + pause;
	}

	/** Whether a line is the answer to the last question. */
	boolean answers(LineReader.Line line) {
		var number = node(line).path("return");
		return number.isIntegralNumber() && number.canConvertToLong() && number.longValue() == id
				&& (line.delimited() || plain);
	}

	private static ObjectNode node(LineReader.Line line) {
		return line.bytes().length > LONGEST_ANSWER ? Json.object() : Json.parse(line.bytes()).orElseGet(Json::object);
	}

	Verdict hear(LineReader.Line line) {
		if (answers(line))
			return Verdict.SYNCED;
		boolean unknown = node(line).path("error").path("class").asString("").equals("CommandNotFound");
		if (!unknown || plain || line.delimited())
			return Verdict.STALE;
		plain = true;
		return Verdict.OLD;
	}
}
