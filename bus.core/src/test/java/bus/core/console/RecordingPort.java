package bus.core.console;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import bus.api.GuestPort;
import bus.api.HostPort;

/** A port that notes what it is told, takes as many bytes as the test allows, and gives what the test left for it. */
class RecordingPort implements HostPort {
	final List<String> calls = new ArrayList<>();
	final StringBuilder taken = new StringBuilder();
	String toGive = "";
	int allowance = Integer.MAX_VALUE;
	Runnable duringGuestData = () -> {
	};
	RuntimeException plugFailure;
	GuestPort guest;
	boolean opensItself;
	/** Makes hostData say that the data has ended. */
	boolean ended;
	/** What guestData answers if it is not negative, however many bytes it took. */
	int claim = -1;
	/** Calls of hostData. */
	int asked;
	/** Calls of plugged. */
	int plugged;
	Runnable duringGuestReady = () -> {
	};

	@Override
	public void plugged(GuestPort half) {
		guest = half;
		plugged++;
		if (plugFailure != null)
			throw plugFailure;
		if (opensItself)
			guest.open();
	}

	@Override
	public int guestData(ByteBuffer data) {
		duringGuestData.run();
		int n = Math.min(data.remaining(), allowance);
		allowance -= n;
		var bytes = new byte[n];
		data.get(bytes);
		taken.append(new String(bytes, StandardCharsets.ISO_8859_1));
		return claim >= 0 ? claim : n;
	}

	@Override
	public int hostData(ByteBuffer room) {
		asked++;
		if (ended)
			return -1;
		int n = Math.min(room.remaining(), toGive.length());
		room.put(toGive.substring(0, n).getBytes(StandardCharsets.ISO_8859_1));
		toGive = toGive.substring(n);
		return n;
	}

	@Override
	public void guestReady() {
		calls.add("ready");
		duringGuestReady.run();
	}

	@Override
	public void guestOpened() {
		calls.add("opened");
	}

	@Override
	public void guestClosed() {
		calls.add("closed");
	}

	@Override
	public void running(boolean running) {
		calls.add("running " + running);
	}

	@Override
	public void unplugged() {
		calls.add("unplugged");
	}
}
