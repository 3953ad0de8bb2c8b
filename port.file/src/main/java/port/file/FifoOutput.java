package port.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;

import bus.api.GuestPort;

/** What the guest writes goes to a FIFO, on the loop: a pipe takes at once what it takes. If it is full the guest waits. */
final class FifoOutput implements Output {
	private final GuestPort guest;
	private final Path path;
	private final Fifo fifo;
	/** Loop thread. */
	private boolean full;
	private volatile long written;

	FifoOutput(GuestPort guest, String option, Path path) throws IOException {
		this.guest = guest;
		this.path = path;
		fifo = Fifo.open(guest, option, path, true, this::ready);
	}

	private void ready() {
		if (full)
			guest.writable();
		full = false;
	}

	@Override
	public int take(ByteBuffer data) {
		int taken = fifo.write(data);
		full = taken < data.remaining();
		written = written + taken;
		return taken;
	}

	@Override
	public void figures(Map<String, Object> figures) {
		figures.put("writes to", path.toString());
		figures.put("written", written);
	}

	@Override
	public void close() {
		fifo.close();
	}
}
