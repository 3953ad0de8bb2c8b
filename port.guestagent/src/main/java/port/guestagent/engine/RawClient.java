package port.guestagent.engine;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;

import tools.jackson.databind.node.ObjectNode;

/**
 * A client that speaks the agent's own protocol, for instance on a socket: it believes to be the agent's only master.
 * How to use it:
 *
 * <ul>
 * <li>{@code port.rawClient(name, replies)} makes one for each connection; {@code name} is its lane in the queue and
 * stands
 * in messages.
 * <li>Hand all bytes that come from it to {@link #take}. It takes fewer than offered while a request is under way: an
 * agent
 * has one at a time. When {@code replies} has been called, offer the rest again.
 * <li>{@code replies} gets a whole reply, with its end of line, to be sent as it is; of no bytes if the agent has
 * nothing to
 * say (a shutdown that succeeds). It is called on the port's thread, or within {@link #take}, and must not wait.
 * <li>{@link #close} when the connection ends. An answer that was under way is for nobody then. What it has frozen
 * stays
 * frozen: tools come back to thaw, and the watchdog is there.
 * </ul>
 *
 * <p>Its requests wait in the fair queue with the port's {@code timeout}. What would be an exception elsewhere (no
 * agent, frozen, busy, timed out) is a reply with an {@code error} here, of class GenericError, so that no tool waits
 * for ever. Its {@code guest-sync} and {@code guest-sync-delimited} never reach the agent, whose numbers are the
 * engine's: they are answered here, once the agent has answered a ping. If it does not, they are not: silence is what
 * a tool expects then. A 0xFF forgets half a request, as an agent does. One thread at a time calls {@link #take}.
 */
public final class RawClient implements AutoCloseable {
	/** Several clients may each have one in memory; an agent takes a file in pieces of any size. */
	private static final int LONGEST_REQUEST = 4 << 20;
	private static final byte[] MARK = { (byte) 0xFF };
	private static final byte[] SILENCE = {};

	private final Engine engine;
	private final String name;
	private final Consumer<ByteBuffer> replies;
	private final RequestReader reader;
	/** Set by whoever calls {@link #take}, cleared by whoever delivers the answer. */
	private volatile Call underWay;
	private volatile boolean busy;
	private volatile boolean closed;
	/** By whoever calls {@link #take}. */
	private long begun;

	RawClient(Engine engine, String name, Consumer<ByteBuffer> replies) {
		this.engine = engine;
		this.name = name;
		this.replies = replies;
		reader = new RequestReader(Math.min(LONGEST_REQUEST, engine.settings().maxReply()));
	}

	/**
	 * Takes bytes up to the end of a request, and sends it on its way.
	 *
	 * @return bytes taken; 0 while a request is under way
	 */
	public int take(ByteBuffer bytes) {
		if (busy || closed)
			return 0;
		int before = bytes.position();
		var request = reader.next(bytes);
		if (request != null) {
			begun++;
			begin(request);
		}
		return bytes.position() - before;
	}

	/** How many requests were taken: each has one reply, sooner or later. For whoever calls {@link #take}. */
	public long begun() {
		return begun;
	}

	private void begin(byte[] request) {
		busy = true;
		var node = Json.parse(request).filter(it -> it.path("execute").isString()).orElse(null);
		if (node == null) {
			finish(Json.line(Json.error("JSON parse error, or no \"execute\" in the request")));
			return;
		}
		var command = node.get("execute").asString();
		if (command.equals("guest-sync") || command.equals("guest-sync-delimited"))
			synchronize(command, node);
		else
			submit(command, Json.line(node), RawClient::ended, failure -> Json.line(Json.error(failure.getMessage())));
	}

	private void synchronize(String command, ObjectNode request) {
		var id = request.path("arguments").path("id");
		if (!id.isIntegralNumber()) {
			finish(Json.line(Json.error("Parameter 'id' is missing, or no integer")));
			return;
		}
		var answer = Json.object();
		answer.set("return", id);
		var line = Json.line(answer);
		var whole = command.equals("guest-sync") ? line : Json.join(MARK, line).array();
		submit("guest-ping", Json.line(Json.request("guest-ping", Json.object())), pong -> whole,
				failure -> SILENCE);
	}

	private void submit(String command, byte[] line, UnaryOperator<byte[]> reply,
			Function<Throwable, byte[]> refusal) {
		var call = engine.submit(name, command, line, engine.settings().timeout(), false);
		underWay = call;
		call.answer().whenComplete((answer, failure) -> {
			underWay = null;
			finish(failure == null ? reply.apply(answer) : refusal.apply(failure));
		});
	}

	private static byte[] ended(byte[] line) {
		if (line.length == 0)
			return line;
		var ended = Arrays.copyOf(line, line.length + 1);
		ended[line.length] = '\n';
		return ended;
	}

	private void finish(byte[] reply) {
		busy = false;
		if (!closed)
			replies.accept(ByteBuffer.wrap(reply));
	}

	@Override
	public void close() {
		closed = true;
		var call = underWay;
		if (call != null)
			engine.cancel(call);
	}
}
