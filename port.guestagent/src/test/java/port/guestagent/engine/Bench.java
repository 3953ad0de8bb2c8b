package port.guestagent.engine;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ExecutionException;

import bus.api.GuestPort;
import port.guestagent.AgentState;
import tools.jackson.databind.node.ObjectNode;

/** An engine without a thread, an agent without a guest, and a clock that the test moves. */
final class Bench {
	static final Duration TIMEOUT = Duration.ofSeconds(5);
	static final Duration THAW_AFTER = Duration.ofSeconds(60);
	static final int QUEUE = 8;
	static final int MAX_REPLY = 16 << 20;
	private static final int PIECE = 1000;

	final ScriptedAgent agent = new ScriptedAgent();
	final Wire wire = new Wire();
	final Engine engine;
	/** The guest's half of the wire takes and gives so many bytes at a time. */
	int piece = PIECE;
	private long now = Long.MAX_VALUE - 1; // a clock may wrap around

	Bench() {
		this(Duration.ZERO);
	}

	Bench(Duration ping) {
		engine = new Engine(wire, new Settings(TIMEOUT, THAW_AFTER, ping, QUEUE, MAX_REPLY), () -> now);
	}

	/** Plugged, opened by the agent, and ready. */
	static Bench ready() {
		var bench = new Bench().plug();
		bench.open();
		assertTrue(bench.engine.status().state() == AgentState.READY, bench.engine.figures().toString());
		bench.agent.heard.clear();
		return bench;
	}

	Bench plug() {
		wire.plugged((GuestPort) Proxy.newProxyInstance(GuestPort.class.getClassLoader(),
				new Class<?>[] { GuestPort.class }, (proxy, method, arguments) -> switch (method.getName()) {
					case "guestOpen" -> false;
					default -> null;
				}));
		run();
		return this;
	}

	void open() {
		wire.opened();
		run();
	}

	void close() {
		wire.closed();
		run();
	}

	/** The guest is pulled down under the agent and starts anew. */
	void reboot() {
		wire.closed();
		agent.restart();
		wire.opened();
		run();
	}

	/** Time passes, and what is due happens when it is due. */
	void pass(Duration duration) {
		long end = now + duration.toNanos();
		while (end - now > 0) {
			now += Math.max(1, Math.min(run(), end - now));
			run();
		}
	}

	/** Bytes go to and fro until nobody has anything to say; answers how long the engine waits then. */
	long run() {
		var buffer = ByteBuffer.allocate(piece);
		long wait = engine.turn();
		for (int idle = 0; idle < 2;) {
			boolean any = false;
			while (wire.situation().open() && wire.give(buffer.clear()) > 0) {
				agent.hear(buffer.flip());
				any = true;
			}
			any |= deliver(agent.said());
			wait = engine.turn();
			idle = any || wait == 0 ? 0 : idle + 1;
		}
		return wait;
	}

	private boolean deliver(byte[] said) {
		var bytes = ByteBuffer.wrap(said);
		while (bytes.hasRemaining() && wire.situation().open()) {
			int taken = wire.take(bytes.slice(bytes.position(), Math.min(piece, bytes.remaining())));
			bytes.position(bytes.position() + taken);
			engine.turn();
		}
		return said.length > 0;
	}

	/** Submits without running. */
	Call submit(String client, String command) {
		return engine.submit(client, command, Json.line(Json.request(command, Json.object())), TIMEOUT, true);
	}

	/** Submits, and runs until nothing moves. */
	Call call(String command) {
		var call = submit("a", command);
		run();
		return call;
	}

	static ObjectNode answer(Call call) {
		assertTrue(call.answer().isDone(), call.command() + " has no answer");
		return Json.parse(call.answer().join())
				.orElseThrow(() -> new AssertionError(new String(call.answer().join(), StandardCharsets.UTF_8)));
	}

	static <T extends Exception> T failure(Class<T> type, Call call) {
		assertTrue(call.answer().isDone(), call.command() + " has no answer");
		try {
			throw new AssertionError(new String(call.answer().get(), StandardCharsets.UTF_8));
		} catch (ExecutionException e) {
			return assertInstanceOf(type, e.getCause());
		} catch (InterruptedException e) {
			throw new AssertionError(e);
		}
	}

	AgentState state() {
		return engine.status().state();
	}

	long figure(String name) {
		return (Long) engine.figures().get(name);
	}
}
