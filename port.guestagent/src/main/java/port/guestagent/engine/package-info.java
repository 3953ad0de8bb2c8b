/**
 * Speaks with a QEMU guest agent: the port, and everything between a call and its answer.
 *
 * <p>{@link port.guestagent.engine.GuestAgentPort} is the {@code HostPort}. The loop's part ends at {@code Wire}, two
 * bounded buffers. The port's own thread runs {@code Engine.turn}: {@code Conversation} synchronizes, sends one call
 * at a time from {@code CallQueue} and hands out the answers that {@code LineReader} has found. Callers wait on
 * threads of theirs: {@code AgentView} has the typed calls, {@code GuestProgram} and {@code GuestFile} those that are
 * several, and {@link port.guestagent.engine.RawClient} is for programs that speak the protocol themselves.
 * Neighbours: bus.api, Jackson for JSON. Exported to nobody.
 */
package port.guestagent.engine;
