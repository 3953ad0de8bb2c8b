package guest.driver;

import bus.linux.LinuxException;

/**
 * The three lines of a queue.
 *
 * @param kick rung by the driver
 * @param call rung by the device
 * @param err rung by the device when it gives the queue up
 */
public record QueueLines(EventCounter kick, EventCounter call, EventCounter err) implements AutoCloseable {

	static QueueLines create() throws LinuxException {
		return new QueueLines(new EventCounter(), new EventCounter(), new EventCounter());
	}

	@Override
	public void close() {
		kick.close();
		call.close();
		err.close();
	}
}
