package bus.vhostuser;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

import bus.api.GuestPort;
import bus.api.HostPort;

/** A host side that is the same behind the ports of several buses, of which one has the guest. */
final class FarEnd {
	volatile String taken = "";
	/** Bytes that it takes before a port is to be told that it may ask again. */
	volatile int allowance = Integer.MAX_VALUE;
	private volatile String toGive = "";

	/** A port of one bus. */
	final class Port implements HostPort {
		final List<String> calls = new CopyOnWriteArrayList<>();
		volatile GuestPort guest;

		@Override
		public void plugged(GuestPort half) {
			guest = half;
			half.open();
		}

		@Override
		public int guestData(ByteBuffer data) {
			int n = Math.min(allowance, data.remaining());
			allowance -= n;
			taken += StandardCharsets.ISO_8859_1.decode(data.limit(data.position() + n));
			return n;
		}

		@Override
		public int hostData(ByteBuffer room) {
			int n = Math.min(room.remaining(), toGive.length());
			room.put(toGive.substring(0, n).getBytes(StandardCharsets.ISO_8859_1));
			toGive = toGive.substring(n);
			return n;
		}

		void give(String text) {
			guest.execute(() -> {
				toGive += text;
				guest.readable();
			});
		}

		/** In force when it returns: what the guest writes afterwards finds it so. */
		void allow(int bytes) {
			var done = new CountDownLatch(1);
			guest.execute(() -> {
				allowance = bytes;
				guest.writable();
				done.countDown();
			});
			BusFixture.await(() -> done.getCount() == 0);
		}

		@Override
		public void guestOpened() {
			calls.add("opened");
		}

		@Override
		public void guestClosed() {
			calls.add("closed");
		}
	}
}
