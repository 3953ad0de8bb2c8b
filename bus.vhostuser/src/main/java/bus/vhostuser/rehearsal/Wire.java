package bus.vhostuser.rehearsal;

import java.nio.ByteBuffer;

import bus.api.GuestPort;
import bus.api.HostPort;

/**
 * A port whose bytes are a descriptor's.
 *
 * @param descriptor attached, and so the bus's from then on
 */
record Wire(int descriptor) implements HostPort {

	@Override
	public void plugged(GuestPort guest) {
		guest.attach(descriptor);
	}

	@Override
	public int guestData(ByteBuffer data) {
		throw new IllegalStateException("a descriptor is attached");
	}

	@Override
	public int hostData(ByteBuffer room) {
		throw new IllegalStateException("a descriptor is attached");
	}
}
