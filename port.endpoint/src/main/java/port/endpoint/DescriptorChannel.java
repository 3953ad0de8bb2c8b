package port.endpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;

import bus.linux.Errno;
import bus.linux.Linux;
import bus.linux.LinuxException;

/** A non-blocking descriptor as Java wants it. Of the endpoint's thread, whose scratch memory the bytes pass. */
final class DescriptorChannel implements ByteChannel {
	/** A goodbye of TLS takes less. */
	private static final int TAIL = 256;

	private final EndpointLoop loop;
	private final int descriptor;
	private final ByteBuffer tail = ByteBuffer.allocate(TAIL);
	private boolean keepsTail;
	private boolean open = true;

	DescriptorChannel(EndpointLoop loop, int descriptor) {
		this.loop = loop;
		this.descriptor = descriptor;
	}

	/** @return bytes read; 0 if there are none now; -1 at the end */
	@Override
	public int read(ByteBuffer room) throws LinuxException {
		int most = Math.min(room.remaining(), EndpointLoop.SCRATCH);
		long read;
		do
			read = Linux.read(descriptor, loop.scratch().address(), most);
		while (read == -Errno.EINTR);
		if (read == -Errno.EAGAIN)
			return 0;
		if (read == 0)
			return -1;
		LinuxException.check(read, "read");
		room.put(loop.scratchBytes((int) read));
		return (int) read;
	}

	/** @return bytes written; fewer than there were: no more now */
	@Override
	public int write(ByteBuffer data) throws LinuxException {
		int written = 0;
		while (data.hasRemaining()) {
			int piece = Math.min(data.remaining(), EndpointLoop.SCRATCH);
			loop.scratchBytes(piece).put(data.slice(data.position(), piece));
			long answer = Linux.write(descriptor, loop.scratch().address(), piece);
			if (answer == -Errno.EINTR)
				continue;
			if (answer == -Errno.EAGAIN)
				break;
			LinuxException.check(answer, "write");
			data.position(data.position() + (int) answer);
			written += (int) answer;
		}
		if (keepsTail && data.remaining() <= tail.remaining()) {
			written += data.remaining();
			tail.put(data);
		}
		return written;
	}

	/** From now on what the descriptor does not take is kept, for {@link #flush}: there is only a goodbye to come. */
	void keepTail() {
		keepsTail = true;
	}

	/** @return whether all is written */
	boolean flush() throws LinuxException {
		keepsTail = false;
		tail.flip();
		write(tail);
		tail.compact();
		keepsTail = true;
		return tail.position() == 0;
	}

	@Override
	public boolean isOpen() {
		return open;
	}

	/** The descriptor is the tunnel's to close. */
	@Override
	public void close() throws IOException {
		open = false;
	}
}
