package port.guestagent.engine;

import java.time.Duration;
import java.util.concurrent.ExecutionException;

import port.guestagent.AgentException;
import port.guestagent.AgentInterruptedException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * How a thread asks the agent: on whose behalf, and how long it is ready to wait.
 *
 * @param timeout for each call
 */
record Calls(Engine engine, String client, Duration timeout) {

	/** Answers the {@code return} of the agent's answer. */
	JsonNode call(String command, ObjectNode arguments) throws AgentException {
		return Answers.result(command, ask(command, arguments));
	}

	JsonNode call(String command) throws AgentException {
		return call(command, Json.object());
	}

	private byte[] ask(String command, ObjectNode arguments) throws AgentException {
		if (engine.isLoop())
			throw new IllegalStateException(command + " waits for the guest, which the loop must not; use a thread");
		var call = engine.submit(client, command, Json.line(Json.request(command, arguments)), timeout, true);
		try {
			return call.answer().get();
		} catch (InterruptedException e) {
			engine.cancel(call);
			Thread.currentThread().interrupt();
			throw new AgentInterruptedException(command + ": interrupted");
		} catch (ExecutionException e) {
			if (e.getCause() instanceof AgentException failure) {
				failure.fillInStackTrace(); // it was made on the port's thread, which says nothing to the caller
				throw failure;
			}
			throw new IllegalStateException(command, e.getCause());
		}
	}
}
