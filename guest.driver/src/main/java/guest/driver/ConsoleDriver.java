package guest.driver;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * A virtio-console driver that behaves as Linux's, on a {@link FrontEnd} whose handshake was made.
 *
 * <p>Threads: any number of callers. One platform thread of this object's own waits for calls of the device, answers
 * the control channel and wakes callers; callers move their bytes themselves. All of them under one lock, which also
 * owns the front-end from {@link #start} on: use the methods here to pause it or to read its config space.
 *
 * <p>When the device lies, goes away or keeps control messages or console output longer than
 * {@link DriverSettings#patience}, the driver has failed: every method throws the reason from then on.
 */
public final class ConsoleDriver implements AutoCloseable {
	private static final int EMERGENCY_WRITE_OFFSET = 8;

	private final FrontEnd frontEnd;
	private final DriverSettings settings;
	private final DriverLock lock = new DriverLock();
	private final ControlChannel control = new ControlChannel(this);
	private final CallWatch watch;
	private QueueSet queues;
	private long features;
	private int maxPorts;
	private long configChanges;
	private boolean closed;

	public ConsoleDriver(FrontEnd frontEnd, DriverSettings settings) throws IOException {
		this.frontEnd = frontEnd;
		this.settings = settings;
		this.watch = new CallWatch(this, frontEnd);
	}

	/** A driver on a device that listens at a socket, started, with the manners of QEMU and Linux. */
	public static ConsoleDriver connect(Path socket, int ports) throws IOException {
		var frontEnd = FrontEnd.connect(socket, FrontEndSettings.qemu(ports));
		var driver = new ConsoleDriver(frontEnd, DriverSettings.linux());
		try {
			frontEnd.handshake();
			driver.start();
			return driver;
		} catch (IOException | RuntimeException e) {
			driver.close();
			throw e;
		}
	}

	/** What happens when the guest loads the driver. */
	public void start() throws IOException {
		lock.run(this::probe);
		watch.start();
	}

	private void probe() throws IOException {
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
		int count = multiport() ? 2 * (maxPorts + 1) : 2;
		control.forget();
		queues = new QueueSet(frontEnd, settings, features, count);
		frontEnd.start(features, queues.rings(), false);
		if (multiport()) {
			queues.fill(queues.controlIn());
			sendControl(ControlMessage.NO_ID, ControlMessage.DEVICE_READY, 1);
		} else {
			control.addSinglePort(config);
		}
	}

	/** The guest stands still; nothing that the device does is seen until {@link #resume}. */
	public void pause() throws IOException {
		lock.run(frontEnd::stop);
	}

	/** The guest goes on where it was. */
	public void resume() throws IOException {
		lock.run(() -> {
			frontEnd.start(features, queues.rings(), true);
			handleCalls(); // those that came while the guest stood still
		});
	}

	/** The guest is moved to a device that listens elsewhere: it stands still, its state goes over, it goes on there. */
	public void migrate(Path socket) throws IOException {
		lock.run(() -> {
			frontEnd.stop();
			connect(socket, frontEnd.saveState());
		});
	}

	/** The back-end was lost while the guest ran, and one listens again: the guest's memory is all that is left. */
	public void reconnect(Path socket) throws IOException {
		lock.run(() -> {
			frontEnd.guessBases(queues.rings());
			connect(socket, null);
		});
	}

	/** As {@link #reconnect}, with a state of the device that was saved before. */
	public void reconnect(Path socket, byte[] state) throws IOException {
		lock.run(() -> {
			frontEnd.guessBases(queues.rings());
			connect(socket, state);
		});
	}

	private void connect(Path socket, byte[] state) throws IOException {
		frontEnd.reconnect(socket);
		frontEnd.handshake();
		frontEnd.accept(features);
		if (state != null)
			frontEnd.loadState(state);
		frontEnd.restart(features, queues.rings());
		watch.reconnected();
		handleCalls();
	}

	/** The driver is unloaded and loaded, or the guest reboots: all ports go, and come back if the device adds them. */
	public void reload() throws IOException {
		lock.run(() -> {
			if (frontEnd.running())
				frontEnd.stop();
			frontEnd.reset();
			probe();
			lock.changed();
		});
	}

	/** The guest wakes from hibernation: new queues, but the ports that it knew it takes for present, as Linux does. */
	public void restore() throws IOException {
		lock.run(() -> {
			if (frontEnd.running())
				frontEnd.stop();
			queues = new QueueSet(frontEnd, settings, features, queues.rings().size());
			frontEnd.start(features, queues.rings(), false);
			if (multiport())
				queues.fill(queues.controlIn());
			control.restore();
			lock.changed();
		});
	}

	/** The features in force, as in {@link VirtioFeature}. */
	public long features() {
		return lock.locked(() -> features);
	}

	public int maxPorts() {
		return lock.locked(() -> maxPorts);
	}

	/** All ports that are there now, by id. */
	public List<GuestSidePort> ports() {
		return lock.locked(() -> List.copyOf(control.ports()));
	}

	/** What Linux would have written to its log about the device, oldest first. */
	public List<String> complaints() {
		return lock.locked(control::complaints);
	}

	/** The control messages that came, oldest first, at most the last {@link ControlChannel#LOG_LIMIT}. */
	public List<ControlMessage> controlMessages() {
		return lock.locked(control::messages);
	}

	/** How often the device has announced a change of its config space. */
	public long configChanges() {
		return lock.locked(() -> configChanges);
	}

	/** Waits for a port to be there under a name. */
	public GuestSidePort awaitPort(String name, Duration timeout) throws IOException {
		return awaitPort("name=" + name, port -> port.named(name), timeout);
	}

	/** Waits for a port to be there under an id. */
	public GuestSidePort awaitPort(int id, Duration timeout) throws IOException {
		return awaitPort("id=" + id, port -> port.id() == id, timeout);
	}

	private GuestSidePort awaitPort(String what, Predicate<GuestSidePort> wanted, Duration timeout) throws IOException {
		return lock.call(() -> {
			if (!lock.await(timeout, () -> control.ports().stream().anyMatch(wanted)))
				throw new BackEndException("no port with " + what + " in " + timeout.toMillis() + " ms; there are "
						+ control.ports());
			return control.ports().stream().filter(wanted).findFirst().orElseThrow();
		});
	}

	/**
	 * Waits for a condition on this driver and its ports, which is asked whenever something has changed.
	 *
	 * @return what the condition said last
	 */
	public boolean awaitUntil(Duration timeout, BooleanSupplier condition) throws IOException {
		return lock.call(() -> lock.await(timeout, condition));
	}

	/** Waits for anything to change since {@code seen}, an earlier answer of this method, at first 0. */
	public long awaitChange(long seen, Duration timeout) throws IOException {
		return lock.call(() -> {
			lock.await(timeout, () -> lock.changes() != seen);
			return lock.changes();
		});
	}

	/** Wakes those who wait, as if something had changed. */
	public void wake() {
		lock.locked(() -> {
			lock.changed();
			return null;
		});
	}

	/** The config space, read now. */
	public byte[] readConfig() throws IOException {
		return lock.call(frontEnd::readConfig);
	}

	/** One character to the console, through the config space; works in any state of the driver. */
	public void emergencyWrite(int character) throws IOException {
		lock.run(() -> frontEnd.writeConfig(EMERGENCY_WRITE_OFFSET, Message.u32s(character)));
	}

	/** Any message to the device, sane or not. */
	public void sendControl(ControlMessage message) throws IOException {
		lock.run(() -> {
			if (!multiport())
				return;
			byte[] bytes = message.encode();
			queues.controlOut().send(bytes, 0, bytes.length); // never full: each is waited for
			spinUntilTaken(queues.controlOut(), message.toString());
		});
	}

	void sendControl(int id, int event, int value) throws IOException {
		sendControl(new ControlMessage(id, event, value));
	}

	/** Linux waits so, with a busy processor and often with interrupts off: a device that dawdles stops the guest. */
	void spinUntilTaken(TransmitQueue queue, String what) throws IOException {
		if (queue.spinUntilIdle(settings.patience()))
			return;
		var e = new BackEndException("the device has kept " + what + " for " + settings.patience().toMillis()
				+ " ms; Linux hangs here");
		lock.fail(e);
		throw e;
	}

	boolean multiport() {
		return (features & VirtioFeature.MULTIPORT) != 0;
	}

	boolean hasSize() {
		return (features & VirtioFeature.SIZE) != 0;
	}

	QueueSet queues() {
		return queues;
	}

	DriverLock lock() {
		return lock;
	}

	/** The device has called, for whichever queues. */
	void called() throws IOException {
		lock.run(() -> {
			if (frontEnd.running())
				handleCalls();
		});
	}

	private void handleCalls() throws IOException {
		if (multiport())
			control.receive(queues.controlIn());
		control.ports().forEach(GuestSidePort::discardIfClosed);
		lock.changed();
	}

	/** The back-end's channel has something to read. */
	void backEndCalled() throws IOException {
		lock.run(() -> {
			while (frontEnd.backEndMessage(Duration.ZERO) != null) {
				configChanges++;
				if (!multiport() && hasSize())
					control.resizeSinglePort(ConsoleConfig.decode(frontEnd.readConfig()));
			}
			lock.changed();
		});
	}

	/** Stops the device as a guest that unplugs it; the front-end stays, and a second handshake may follow. */
	public void detach() {
		if (lock.locked(() -> closed))
			return;
		watch.close();
		lock.locked(() -> {
			closed = true;
			stopDevice();
			lock.fail(new IOException("closed"));
			return null;
		});
	}

	private void stopDevice() {
		try {
			if (!lock.failed() && frontEnd.running())
				frontEnd.stop();
		} catch (IOException e) {
			lock.fail(e); // the back-end is gone or deaf, and we are going anyway
		}
	}

	/** Stops the device as a guest that shuts down, and closes the front-end. */
	@Override
	public void close() {
		detach();
		lock.locked(() -> {
			frontEnd.close();
			return null;
		});
	}
}
