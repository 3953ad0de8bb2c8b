package bus.vhostuser.rehearsal;

import java.nio.ByteBuffer;

import bus.api.GuestPort;
import bus.api.HostPort;

/** Gives back what it is given, by callbacks. */
final class Parrot implements HostPort {
	private final ByteBuffer held = ByteBuffer.allocate(Ring.BUFFER).flip();
	private GuestPort guest;

	@Override
	public void plugged(GuestPort port) {
		guest = port;
		port.open();
	}

	@Override
	public int guestData(ByteBuffer data) {
		held.compact();
		int n = Math.min(held.remaining(), data.remaining());
		held.put(data.limit(data.position() + n)).flip();
		guest.readable();
		return n;
	}

	@Override
	public int hostData(ByteBuffer room) {
		int n = Math.min(room.remaining(), held.remaining());
		room.put(held.slice(held.position(), n));
		held.position(held.position() + n);
		return n;
	}
}
