package bus.vhostuser;

import java.nio.ByteBuffer;

import bus.api.GuestPort;
import bus.api.HostPort;

/** Gives back what it is given; takes no more than it can hold. */
final class EchoPort implements HostPort {
	private final ByteBuffer held = ByteBuffer.allocate(64 * 1024).flip();
	GuestPort guest;
	volatile Runnable duringGuestData = () -> {
	};

	@Override
	public void plugged(GuestPort half) {
		guest = half;
		half.open();
	}

	@Override
	public int guestData(ByteBuffer data) {
		duringGuestData.run();
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
		guest.writable();
		return n;
	}
}
