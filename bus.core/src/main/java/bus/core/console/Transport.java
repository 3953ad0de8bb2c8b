package bus.core.console;

/** What a device asks of the transport that carries it. Loop thread. */
public interface Transport {

	/** Interrupts the driver for a queue: buffers of it were used. */
	void call(int queue);

	/** A queue is broken and will not be served until the driver starts anew. */
	void error(int queue);

	/** The configuration space changed. Told to the driver if it can be told at this moment, else dropped. */
	void configChanged();
}
