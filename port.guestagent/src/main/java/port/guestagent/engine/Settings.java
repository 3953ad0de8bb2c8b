package port.guestagent.engine;

import java.time.Duration;

/**
 * What an operator sets.
 *
 * @param timeout the deadline of a call that does not bring its own
 * @param thawAfter how long file systems may be frozen; zero for as long as they like
 * @param ping how long an agent may say nothing before it is asked; zero for ever
 * @param queue how many calls of a client may wait
 * @param maxReply the longest line that is taken from the agent, in bytes
 */
record Settings(Duration timeout, Duration thawAfter, Duration ping, int queue, int maxReply) {
}
