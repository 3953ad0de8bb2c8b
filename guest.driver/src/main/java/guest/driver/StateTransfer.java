package guest.driver;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;

import bus.linux.Epoll;
import bus.linux.Errno;
import bus.linux.Linux;
import bus.linux.LinuxException;

/** Takes a device's state out of a back-end, or puts it into one, through a pipe. */
record StateTransfer(Exchange exchange, Duration timeout) {
	private static final int SAVE = 0;
	private static final int LOAD = 1;
	private static final int STOPPED = 0;
	private static final int PIECE = 4096;
	private static final long NO_DESCRIPTOR = 0x100;

	byte[] save() throws IOException {
		var pipe = Pipe.create(1).getFirst();
		try {
			begin(SAVE, pipe.write());
			var state = read(pipe.read());
			check();
			return state;
		} finally {
			Linux.close(pipe.read());
		}
	}

	void load(byte[] state) throws IOException {
		var pipe = Pipe.create(1).getFirst();
		try {
			begin(LOAD, pipe.read());
			write(pipe.write(), state);
		} finally {
			Linux.close(pipe.write()); // or the back-end would not know that it is all
		}
		check();
	}

	/** Gives the back-end its end of the pipe, which is closed here. */
	private void begin(int direction, int end) throws IOException {
		long answer;
		try {
			answer = exchange.ask(Request.SET_DEVICE_STATE_FD, Message.u32s(direction, STOPPED), Long.BYTES, end).u64();
		} finally {
			Linux.close(end);
		}
		if (answer != NO_DESCRIPTOR)
			throw new BackEndException("the back-end refuses to " + (direction == SAVE ? "save" : "load")
					+ " the device's state: 0x" + Long.toHexString(answer));
	}

	private void check() throws IOException {
		long verdict = exchange.askU64(Request.CHECK_DEVICE_STATE);
		if (verdict != 0)
			throw new BackEndException("the device's state was not transferred: verdict=" + verdict);
	}

	private byte[] read(int end) throws IOException {
		var state = new ByteArrayOutputStream();
		try (var ready = new Epoll(1); var arena = Arena.ofConfined()) {
			ready.add(end, Epoll.IN, 0);
			var piece = arena.allocate(PIECE);
			long n;
			while ((n = Linux.read(end, piece.address(), PIECE)) != 0)
				if (n > 0)
					state.writeBytes(piece.asSlice(0, n).toArray(JAVA_BYTE));
				else
					await(ready, n, "the back-end writes no end of the state");
		}
		return state.toByteArray();
	}

	private void write(int end, byte[] state) throws IOException {
		try (var ready = new Epoll(1); var arena = Arena.ofConfined()) {
			ready.add(end, Epoll.OUT, 0);
			var bytes = arena.allocate(Math.max(state.length, 1)).copyFrom(MemorySegment.ofArray(state));
			for (long done = 0; done < state.length;) {
				long n = Linux.write(end, bytes.address() + done, state.length - done);
				if (n == -Errno.EPIPE)
					return; // it has seen enough, and its verdict will say so
				if (n > 0)
					done += n;
				else
					await(ready, n, "the back-end does not read the state");
			}
		}
	}

	private void await(Epoll ready, long answer, String late) throws IOException {
		if (answer != -Errno.EINTR && answer != -Errno.EAGAIN)
			throw new LinuxException("pipe of the device's state", Linux.errno(answer));
		if (ready.await((int) timeout.toMillis()) == 0)
			throw new BackEndException(late + " for " + timeout.toMillis() + " ms");
	}
}
