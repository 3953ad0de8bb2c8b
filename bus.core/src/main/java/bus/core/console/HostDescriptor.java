package bus.core.console;

/**
 * A port's host side that is a descriptor. Its readiness is remembered between edges: true until the kernel says EAGAIN.
 * Loop thread.
 */
final class HostDescriptor {
	final int number;
	boolean readable = true;
	boolean writable = true;
	/** The peer sends nothing any more, but what it sent before has not all been read. */
	boolean ending;
	/** The peer takes nothing any more, but what it sent before has not all been read. */
	boolean deaf;

	HostDescriptor(int number) {
		this.number = number;
	}
}
