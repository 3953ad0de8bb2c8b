package bus.core.console;

/**
 * A port's host side that is a descriptor. Its readiness is remembered between edges: true until the kernel says EAGAIN.
 * Loop thread.
 */
final class HostDescriptor {
	final int number;
	/** Under which the port's next instance finds it; null if it is not to. */
	final String key;
	boolean readable = true;
	boolean writable = true;
	/** The peer sends nothing any more, but what it sent before has not all been read. */
	boolean ending;
	/** The peer takes nothing any more, but what it sent before has not all been read. */
	boolean deaf;

	HostDescriptor(int number, String key) {
		this.number = number;
		this.key = key;
	}
}
