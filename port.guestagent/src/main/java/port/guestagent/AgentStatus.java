package port.guestagent;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * An agent at one moment.
 *
 * @param state how far the way to it has come
 * @param agent what it can do; there if it is {@link AgentState#READY}
 * @param frozen since when the guest's file systems are frozen, if they are
 * @param running false while the virtual machine is paused: the agent cannot answer then, and is not at fault
 */
public record AgentStatus(AgentState state, Optional<AgentInfo> agent, Optional<Instant> frozen, boolean running) {

	public AgentStatus {
		Objects.requireNonNull(state, "state");
		Objects.requireNonNull(agent, "agent");
		Objects.requireNonNull(frozen, "frozen");
	}
}
