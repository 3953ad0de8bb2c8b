package bus.core.console;

import bus.linux.Linux;

/**
 * A port's host side that is a descriptor. Its readiness is remembered between edges: true until the kernel says that
 * there is no more. Loop thread.
 */
final class HostDescriptor {
	final int number;
	/** Under which the port's next instance finds it; null if it is not to. */
	final String key;
	boolean readable = true;
	boolean writable = true;
	/** An edge is reported when it becomes writable. */
	boolean watchedForWriting;
	/**
	 * A stream socket, of which a short read has taken all: the next byte comes with an edge. Not so with terminals, which
	 * give a line at a time, nor with sockets that keep messages apart.
	 */
	final boolean stream;
	/** The peer sends nothing any more, but what it sent before has not all been read. */
	boolean ending;
	/** The peer takes nothing any more, but what it sent before has not all been read. */
	boolean deaf;

	HostDescriptor(int number, String key) {
		this.number = number;
		this.key = key;
		this.stream = Linux.getsockopt(number, Linux.SOL_SOCKET, Linux.SO_TYPE) == Linux.SOCK_STREAM;
	}
}
