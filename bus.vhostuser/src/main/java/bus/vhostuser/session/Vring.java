package bus.vhostuser.session;

import bus.core.virtio.RingPosition;
import bus.core.virtio.RingSetup;

/** What the front-end has said of one ring. It runs when all of it is there, in whatever order it came. Loop thread. */
final class Vring {
	final int index;
	int size;
	RingSetup.Addresses addresses;
	/** Where the ring stands while it does not run; null as long as the front-end has not said. */
	RingPosition position;
	int kick = -1;
	int call = -1;
	int err = -1;
	/** SET_VRING_KICK came, GET_VRING_BASE not yet. */
	boolean started;
	boolean enabled;
	/** The device serves it. */
	boolean running;

	Vring(int index) {
		this.index = index;
	}

	boolean isReady() {
		return started && enabled && size > 0 && addresses != null;
	}
}
