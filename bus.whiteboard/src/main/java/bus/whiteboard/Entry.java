package bus.whiteboard;

import bus.api.HostPort;
import bus.api.PortInfo;
import bus.api.SerialBus;

/** One port service, and how far it has come. Guarded by the roster's lock, except for its final fields. */
final class Entry {

	/** Only the thread that moved an entry out of IDLE or PLUGGED moves it on. */
	enum Stage {
		/** Not on a bus and not on its way. */
		IDLE,
		/** Its object is being got, which may activate a component. Nobody waits for that. */
		FETCHING,
		/** The bus is plugging it. */
		PLUGGING,
		/** On the bus. */
		PLUGGED,
		/** The bus is letting go of it. */
		UNPLUGGING
	}

	final Plan plan;
	final PortSource source;
	Stage stage = Stage.IDLE;
	/** Who moves it on, in the stages that end in -ING. */
	Thread mover;
	/** The bus that it is on or on its way to; null when IDLE. */
	SerialBus bus;
	/** The object that the bus has; null unless PLUGGED. */
	HostPort port;
	PortInfo.State state = PortInfo.State.WAITING;
	String problem = "";
	/** The bus's own rules refused it (a duplicate, no room): worth another try when a port of that bus goes. */
	boolean tryAgain;
	/** Its service is gone: whoever moves it cleans up. */
	boolean gone;

	Entry(Plan plan, PortSource source) {
		this.plan = plan;
		this.source = source;
	}

	boolean is(Stage wanted) {
		return stage == wanted;
	}
}
