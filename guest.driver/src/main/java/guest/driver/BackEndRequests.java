package guest.driver;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.time.Duration;

import bus.linux.Linux;
import bus.linux.MessageSocket;

/** The channel on which the back-end asks: CONFIG_CHANGE, and nothing else that concerns a console. */
interface BackEndRequests extends AutoCloseable {

	/** To wait at. */
	int descriptor();

	/** A message of the back-end, acknowledged if it wants that; null when the time is over. */
	Message receive(Duration timeout, Duration replyTimeout) throws IOException;

	@Override
	void close();

	/** Makes a socket pair and tells the back-end of its other end. */
	static BackEndRequests socket(Exchange exchange) throws IOException {
		var pair = MessageSocket.pair();
		try (var passed = pair[1]) {
			exchange.order(Request.SET_BACKEND_REQ_FD, Message.EMPTY, passed.descriptor());
		}
		return new BySocket(new MessageChannel(pair[0]));
	}

	/** Tells the back-end of the pipe's other end. */
	static BackEndRequests pipe(Exchange exchange, Pipe pipe) throws IOException {
		exchange.order(Request.SET_BACKEND_REQ_FD, Message.EMPTY, pipe.write());
		Linux.close(pipe.write());
		return new ByPipe(pipe.read());
	}

	/** As all but user-mode Linux have it. */
	record BySocket(MessageChannel channel) implements BackEndRequests {
		@Override
		public int descriptor() {
			return channel.descriptor();
		}

		@Override
		public Message receive(Duration timeout, Duration replyTimeout) throws IOException {
			var message = channel.receive(timeout);
			if (message != null && (message.flags() & Message.NEED_REPLY) != 0)
				channel.send(new Message(message.request(), Message.VERSION | Message.REPLY, Message.u64(0)),
						replyTimeout);
			return message;
		}

		@Override
		public void close() {
			channel.close();
		}
	}

	/** A one-way street: no message may ask for a reply. */
	record ByPipe(int descriptor) implements BackEndRequests {
		@Override
		public Message receive(Duration timeout, Duration replyTimeout) throws IOException {
			var deadline = Deadline.after(timeout);
			try (var scratch = Arena.ofConfined()) {
				var header = scratch.allocate(JAVA_INT, 3);
				while (Linux.read(descriptor, header.address(), header.byteSize()) != header.byteSize()) {
					if (deadline.passed())
						return null;
					Thread.onSpinWait();
				}
				int flags = header.getAtIndex(JAVA_INT, 1);
				if (flags != Message.VERSION || header.getAtIndex(JAVA_INT, 2) != 0)
					throw new BackEndException("on a pipe, a request of the back-end with flags=0x"
							+ Integer.toHexString(flags) + " size=" + header.getAtIndex(JAVA_INT, 2));
				return new Message(header.getAtIndex(JAVA_INT, 0), flags, Message.EMPTY);
			}
		}

		@Override
		public void close() {
			Linux.close(descriptor);
		}
	}
}
