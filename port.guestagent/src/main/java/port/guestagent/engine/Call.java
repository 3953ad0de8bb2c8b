package port.guestagent.engine;

import java.util.concurrent.CompletableFuture;

/**
 * One command for the agent, from its submission to its answer.
 *
 * @param client whose turn it takes
 * @param command its name
 * @param line as it is sent
 * @param deadline when the caller wants to hear something, on the engine's clock; that of the guest if it is the
 *        engine's
 *        own
 * @param checked whether a command that the agent is known not to execute is refused without asking it
 * @param answer gets the agent's line; an empty one for a command that succeeds without a word
 */
record Call(String client, String command, byte[] line, long deadline, boolean checked,
		CompletableFuture<byte[]> answer) {
}
