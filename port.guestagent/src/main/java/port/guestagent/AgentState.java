package port.guestagent;

/** How far the way to an agent has come. */
public enum AgentState {
	/** The port is not on a bus. */
	NO_PORT,
	/** No process in the guest has the port open: the agent is not installed, has not started, or has gone. */
	CLOSED,
	/** The guest has the port open, and the agent has not answered yet, or not since a call timed out. */
	UNSYNCED,
	/** The agent answers. */
	READY
}
