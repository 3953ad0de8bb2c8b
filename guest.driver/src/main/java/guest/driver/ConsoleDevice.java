package guest.driver;

import java.io.IOException;
import java.nio.file.Path;

/** The device as the driver has set it up: what was negotiated, and the queues. Under the driver's lock. */
final class ConsoleDevice {
	private static final int EMERGENCY_WRITE_OFFSET = 8;

	private final FrontEnd frontEnd;
	private final DriverSettings settings;
	private long features;
	private int maxPorts;
	private QueueSet queues;

	ConsoleDevice(FrontEnd frontEnd, DriverSettings settings) {
		this.frontEnd = frontEnd;
		this.settings = settings;
	}

	/** From reset to DRIVER_OK; answers the config space. */
	ConsoleConfig setUp() throws IOException {
		features = frontEnd.offeredFeatures() & settings.features();
		if ((features & VirtioFeature.VERSION_1) == 0)
			throw new BackEndException("the device does not offer VERSION_1, features=0x"
					+ Long.toHexString(frontEnd.offeredFeatures()));
		frontEnd.accept(features);
		var config = ConsoleConfig.decode(frontEnd.readConfig());
		maxPorts = multiport() ? config.maxPorts() : 1;
		int given = frontEnd.queues();
		if (maxPorts < 1 || multiport() && maxPorts > given / 2 - 1)
			throw new BackEndException("the device has max_nr_ports=" + Integer.toUnsignedString(maxPorts)
					+ " and needs 2 queues for each and 2 more; the front-end gave queues=" + given);
		start(multiport() ? 2 * (maxPorts + 1) : 2);
		return config;
	}

	/** From reset to DRIVER_OK with what was negotiated before. */
	void setUpAgain() throws IOException {
		start(queues.rings().size());
	}

	private void start(int count) throws IOException {
		queues = new QueueSet(frontEnd, settings, features, count);
		frontEnd.start(features, queues.rings(), false);
	}

	void resume() throws IOException {
		frontEnd.start(features, queues.rings(), true);
	}

	/**
	 * Goes over to a device that listens elsewhere, with the same queues.
	 *
	 * @param state of the device that they were at; null if it is lost
	 */
	void connect(Path socket, byte[] state) throws IOException {
		frontEnd.reconnect(socket);
		frontEnd.handshake();
		frontEnd.accept(features);
		if (state != null)
			frontEnd.loadState(state);
		frontEnd.restart(features, queues.rings());
	}

	void reset() throws IOException {
		if (running())
			frontEnd.stop();
		frontEnd.reset();
	}

	boolean running() {
		return frontEnd.running();
	}

	long features() {
		return features;
	}

	boolean multiport() {
		return (features & VirtioFeature.MULTIPORT) != 0;
	}

	boolean hasSize() {
		return (features & VirtioFeature.SIZE) != 0;
	}

	int maxPorts() {
		return maxPorts;
	}

	QueueSet queues() {
		return queues;
	}

	byte[] readConfig() throws IOException {
		return frontEnd.readConfig();
	}

	void emergencyWrite(int character) throws IOException {
		frontEnd.writeConfig(EMERGENCY_WRITE_OFFSET, Message.u32s(character));
	}

	void kick(int queue) {
		queues.ring(queue); // which must be there
		frontEnd.lines(queue).kick().ring();
	}
}
