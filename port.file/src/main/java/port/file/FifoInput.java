package port.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;

import bus.api.GuestPort;

/** What programs write to a FIFO goes to the guest, on the loop; until the guest reads it stays in the pipe. */
final class FifoInput implements Input {
	private final Path path;
	private final Fifo fifo;
	private volatile long read;

	FifoInput(GuestPort guest, String option, Path path) throws IOException {
		this.path = path;
		fifo = Fifo.open(guest, option, path, false, guest::readable);
	}

	@Override
	public int put(ByteBuffer room) {
		int put = fifo.read(room);
		read = read + put;
		return put;
	}

	@Override
	public void figures(Map<String, Object> figures) {
		figures.put("reads from", path.toString());
		figures.put("read", read);
	}

	@Override
	public void close() {
		fifo.close();
	}
}
