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
	private final FrontEnd frontEnd;
	private final DriverSettings settings;
	private final ConsoleDevice device;
	private final DriverLock lock = new DriverLock(this::wakeWatch);
	private final PortNotices notices = new PortNotices(lock);
	private final ControlChannel control = new ControlChannel(this, notices);
	private final CallWatch watch;
	private long configChanges;
	private boolean closed;

	public ConsoleDriver(FrontEnd frontEnd, DriverSettings settings) throws IOException {
		this.frontEnd = frontEnd;
		this.settings = settings;
		this.device = new ConsoleDevice(frontEnd, settings);
		this.watch = new CallWatch(this, frontEnd);
	}

	/** A driver on a device that listens at a socket, started, with the manners of QEMU and Linux. */
	public static ConsoleDriver connect(Path socket, int ports) throws IOException {
		return connect(socket, FrontEndSettings.qemu(ports), DriverSettings.linux());
	}

	/** A driver on a device that listens at a socket, started. */
	public static ConsoleDriver connect(Path socket, FrontEndSettings machine, DriverSettings settings)
			throws IOException {
		var frontEnd = FrontEnd.connect(socket, machine);
		var driver = new ConsoleDriver(frontEnd, settings);
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
		control.forget();
		var config = device.setUp();
		if (device.multiport()) {
			device.queues().fill(device.queues().controlIn());
			sendControl(new ControlMessage(ControlMessage.NO_ID, ControlMessage.DEVICE_READY, 1));
		} else {
			control.addSinglePort(config);
		}
		changed();
	}

	/** The guest stands still; nothing that the device does is seen until {@link #resume}. */
	public void pause() throws IOException {
		lock.run(frontEnd::stop);
	}

	/** The guest goes on where it was. */
	public void resume() throws IOException {
		lock.run(() -> {
			device.resume();
			handleCalls(); // those that came while the guest stood still
			changed();
		});
	}

	/** The guest is moved to a device that listens elsewhere: it stands still, its state goes over, it goes on there. */
	public void migrate(Path socket) throws IOException {
		lock.run(() -> {
			frontEnd.stop();
			device.connect(socket, frontEnd.saveState());
			connected();
		});
	}

	/** The back-end was lost while the guest ran, and one listens again: the guest's memory is all that is left. */
	public void reconnect(Path socket) throws IOException {
		reconnect(socket, null);
	}

	/** As {@link #reconnect}, with a state of the device that was saved before. */
	public void reconnect(Path socket, byte[] state) throws IOException {
		lock.run(() -> {
			frontEnd.orders.guessBases(device.queues().rings());
			device.connect(socket, state);
			connected();
		});
	}

	private void connected() throws IOException {
		watch.reconnected();
		handleCalls();
		changed();
	}

	/** The driver is unloaded and loaded, or the guest reboots: all ports go, and come back if the device adds them. */
	public void reload() throws IOException {
		lock.run(() -> {
			device.reset();
			probe();
		});
	}

	/** The guest wakes from hibernation: new queues, but the ports that it knew it takes for present, as Linux does. */
	public void restore() throws IOException {
		lock.run(() -> {
			device.reset();
			device.setUpAgain();
			if (device.multiport())
				device.queues().fill(device.queues().controlIn());
			control.restore();
			changed();
		});
	}

	/** By another thread than the one that tells the listener. */
	private void changed() {
		lock.changed();
		wakeWatch();
	}

	/** Tells a listener from now on, at first of every port that is there; null for none. One at a time. */
	public void listen(PortListener listener) throws IOException {
		lock.run(() -> {
			notices.listener(listener);
			control.ports().forEach(notices::changed);
			wakeWatch();
		});
	}

	private void wakeWatch() {
		if (!closed)
			watch.wake();
	}

	/** False before {@link #start} and while the guest stands still. */
	public boolean running() {
		return lock.locked(device::running);
	}

	/** Why nothing works any more; null while it does. */
	public Throwable failure() {
		return lock.failure();
	}

	/** The features in force, as in {@link VirtioFeature}. */
	public long features() {
		return lock.locked(device::features);
	}

	public int maxPorts() {
		return lock.locked(device::maxPorts);
	}

	/** All ports that are there now, by id. */
	public List<GuestSidePort> ports() {
		return lock.locked(() -> control.ports().stream().map(state -> state.port).toList());
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
		return awaitPort("name=" + name, port -> port.name.equals(name), timeout);
	}

	/** Waits for a port to be there under an id. */
	public GuestSidePort awaitPort(int id, Duration timeout) throws IOException {
		return awaitPort("id=" + id, port -> port.id == id, timeout);
	}

	private GuestSidePort awaitPort(String what, Predicate<PortState> wanted, Duration timeout) throws IOException {
		return lock.call(() -> {
			if (!lock.await(timeout, () -> control.ports().stream().anyMatch(wanted)))
				throw new BackEndException("no port with " + what + " in " + timeout.toMillis() + " ms; there are "
						+ control.ports());
			return control.ports().stream().filter(wanted).findFirst().orElseThrow().port;
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
		return lock.call(device::readConfig);
	}

	/** One character to the console, through the config space; works in any state of the driver. */
	public void emergencyWrite(int character) throws IOException {
		lock.run(() -> device.emergencyWrite(character));
	}

	/** How many queues there are: 0 and 1 are port 0's, 2 and 3 control, 2i+2 and 2i+3 port i's; receiveq first. */
	public int queueCount() {
		return lock.locked(() -> device.queues().rings().size());
	}

	/** The ring of a queue, for those who want to lie in it; another one after {@link #reload} and {@link #restore}. */
	public DriverRing ring(int queue) {
		return lock.locked(() -> device.queues().ring(queue));
	}

	/** Kicks, with reason or without. */
	public void kick(int queue) throws IOException {
		lock.run(() -> device.kick(queue));
	}

	/** Any message to the device, sane or not. */
	public void sendControl(ControlMessage message) throws IOException {
		lock.run(() -> {
			if (!device.multiport())
				return;
			byte[] bytes = message.encode();
			device.queues().controlOut().send(bytes, 0, bytes.length); // never full: each is waited for
			spinUntilTaken(device.queues().controlOut(), message.toString());
		});
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

	ConsoleDevice device() {
		return device;
	}

	DriverLock lock() {
		return lock;
	}

	PortNotices notices() {
		return notices;
	}

	DriverSettings settings() {
		return settings;
	}

	/** The device has called, for whichever queues. */
	void called() throws IOException {
		lock.run(() -> {
			if (device.running())
				handleCalls();
		});
	}

	private void handleCalls() throws IOException {
		if (device.multiport())
			control.receive(device.queues().controlIn());
		control.ports().forEach(PortState::collect);
		lock.changed();
	}

	/** The back-end's channel has something to read. */
	void backEndCalled() throws IOException {
		lock.run(() -> {
			while (frontEnd.backEndMessage(Duration.ZERO) != null) {
				configChanges++;
				if (!device.multiport() && device.hasSize())
					control.resizeSinglePort(ConsoleConfig.decode(device.readConfig()));
			}
			lock.changed();
		});
	}

	/** Stops the device as a guest that unplugs it; the front-end stays, and a second handshake may follow. */
	public void detach() {
		if (lock.locked(this::closeOnce))
			return;
		watch.close();
		lock.locked(() -> {
			stopDevice();
			lock.fail(new IOException("closed"));
			return null;
		});
	}

	private boolean closeOnce() {
		boolean before = closed;
		closed = true;
		return before;
	}

	private void stopDevice() {
		try {
			if (!lock.failed())
				device.reset();
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
