package bus.vhostuser.session;

import bus.core.virtio.RingSetup;

/** What the front-end has said of one ring. It runs when all of it is there, in whatever order it came. Loop thread. */
final class Vring {
	final int index;
	int size;
	RingSetup.Addresses addresses;
	/** The first incomplete chain while the ring does not run, as SET_VRING_BASE has it; negative: nobody has said. */
	int base = -1;
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

	/** A ring of which the front-end has only named the lines. */
	Vring renewed(boolean isEnabled) {
		var ring = new Vring(index);
		ring.call = call;
		ring.err = err;
		ring.enabled = isEnabled;
		return ring;
	}

	boolean isReady() {
		return started && enabled && size > 0 && addresses != null;
	}
}
