package bus.whiteboard;

import bus.api.HostPort;
import bus.api.PortRefusedException;

/** Where the port object of a plan comes from. Called without the roster's lock: getting may activate a component. */
interface PortSource {

	HostPort get() throws PortRefusedException;

	/** Once for each {@link #get} that returned. */
	void unget();
}
