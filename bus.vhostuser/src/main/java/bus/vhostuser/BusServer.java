package bus.vhostuser;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import bus.api.BusInfo;
import bus.core.console.ConsoleBus;
import bus.core.console.ConsoleDevice;
import bus.core.console.DeviceSettings;
import bus.core.console.PortNames;
import bus.core.console.Scratch;
import bus.core.console.Transport;
import bus.linux.Errno;
import bus.linux.Linux;
import bus.linux.Sockets;
import bus.vhostuser.loop.Loops;
import bus.vhostuser.loop.Polling;
import bus.vhostuser.loop.Seat;
import bus.vhostuser.session.Descriptors;
import bus.vhostuser.session.Session;

/**
 * A bus that runs: its seat at a loop, its device, its listening socket, and the connection of its virtual machine if
 * there is one. One connection at a time: a device has one guest. Public for port.testkit, whose bus has no framework.
 */
public final class BusServer implements Transport {
	private static final System.Logger LOG = System.getLogger("bus.vhostuser");

	/** Nobody is waited for with more zeal than this, should descriptors be short for hours. */
	private static final int ACCEPT_AGAIN_SECONDS = 1;

	private static final int NOWHERE = -1;

	private final BusConfig config;
	private final Loops loops;
	private final Seat seat;
	private final ConsoleDevice device;
	private final ConsoleBus bus;
	private final int listening;
	private final Runnable comes;
	private Session session;
	/** Said once for each connection: whoever may connect could repeat it without end. */
	private boolean turnedAway;
	/** Somebody waits to be accepted, and was told of. */
	private boolean noRoom;
	private boolean acceptsLater;

	/** A bus of a machine of its own, as its configuration file makes it with nothing but the socket and the ports. */
	public static BusServer listen(String name, Path socket, int ports, Loops loops) throws IOException {
		return new BusServer(new BusConfig(name, name, name, socket, 0600, false, Polling.OFF, DeviceSettings.of(ports)),
				loops, new PortNames(), () -> {
				});
	}

	/**
	 * Listens, unless the configuration has no socket; who connects waits until {@link #serve}.
	 *
	 * @param comes is told, on the loop's thread, when a machine has come
	 */
	BusServer(BusConfig config, Loops loops, PortNames names, Runnable comes) throws IOException {
		this.config = config;
		this.comes = comes;
		this.loops = loops;
		seat = loops.sit(config.name(), config.ownLoop());
		try {
			listening = config.socket() == null ? NOWHERE : Sockets.listenUnix(config.socket(), config.mode());
		} catch (IOException | RuntimeException e) {
			loops.leave(seat, () -> {
			});
			throw e;
		}
		device = new ConsoleDevice(config.name(), config.device(), names, seat, this);
		bus = new ConsoleBus(config.name(), config.vm(), device, seat, this::info);
		seat.post(() -> {
			seat.turn(this::turn);
			seat.tick(device::tick);
			if (config.polling().micros() > 0)
				seat.look(device.watchRings(), config.polling());
			seat.blocked(device::portBlocked);
		});
	}

	/** Lets machines in. To be called when the ports that are there already are plugged: a guest looks for them at once. */
	public void serve() {
		seat.post(this::open);
	}

	/**
	 * Lets in who is connected already, without a word in the log.
	 *
	 * @param descriptor from now on this object's
	 */
	void admit(int descriptor) {
		seat.post(() -> begin(descriptor));
	}

	/** Gives way to all others. Only for a bus with a loop of its own. */
	void nice(int nice) {
		seat.post(() -> Linux.setpriority(nice));
	}

	private void open() {
		try {
			seat.watch(listening, events -> accept());
		} catch (IOException e) {
			LOG.log(System.Logger.Level.ERROR, "bus " + config.name() + ": " + e.getMessage());
		}
	}

	private boolean turn(Scratch scratch) {
		boolean again = device.turn(scratch);
		return session != null && session.readOn() || again;
	}

	public ConsoleBus bus() {
		return bus;
	}

	private void accept() {
		for (int descriptor = Sockets.accept(listening); descriptor != -Errno.EAGAIN; descriptor = Sockets.accept(
				listening)) {
			if (descriptor < 0) {
				acceptLater(-descriptor);
				return;
			}
			noRoom = false;
			begin(descriptor);
		}
	}

	/** Whoever waits is not reported again, and nothing tells when there is room. */
	private void acceptLater(int errno) {
		boolean full = errno == Errno.EMFILE || errno == Errno.ENFILE;
		if (!noRoom)
			LOG.log(System.Logger.Level.WARNING, "bus {0}: a virtual machine waits at {1}: {2}", config.name(),
					config.socket(), full ? Descriptors.shortage(device.queueCount()) : Errno.text(errno));
		noRoom = true;
		if (acceptsLater)
			return;
		acceptsLater = true;
		CompletableFuture.delayedExecutor(ACCEPT_AGAIN_SECONDS, TimeUnit.SECONDS).execute(() -> seat.post(() -> {
			acceptsLater = false;
			accept();
		}));
	}

	private void begin(int descriptor) {
		if (session != null)
			session.read();
		if (session != null) {
			Linux.close(descriptor);
			if (turnedAway)
				return;
			turnedAway = true;
			LOG.log(System.Logger.Level.WARNING, "bus {0}: a second virtual machine was turned away from {1}; one bus"
					+ " serves one machine, configure another bus for it", config.name(), config.socket());
			return;
		}
		if (!Descriptors.areLeft(descriptor)) {
			Linux.close(descriptor);
			LOG.log(System.Logger.Level.WARNING, "bus {0}: a virtual machine is refused: {1}", config.name(),
					Descriptors.shortage(device.queueCount()));
			return;
		}
		try {
			turnedAway = false;
			comes.run();
			session = new Session(config.name(), seat, device, descriptor, listening == NOWHERE,
					() -> session = null);
		} catch (IOException e) {
			LOG.log(System.Logger.Level.ERROR, "bus " + config.name() + ": " + e.getMessage());
		}
	}

	private BusInfo info() {
		return new BusInfo(config.name(), config.vm(), String.valueOf(config.socket()), state(), config.device().ports(),
				device.usablePorts(),
				session == null ? 0 : session.queues(), session == null ? 0 : session.features(),
				device.isBroken() ? "a queue stopped because the guest broke a rule; restart its driver" : "");
	}

	private BusInfo.State state() {
		if (session == null)
			return BusInfo.State.LISTENING;
		if (device.isBroken())
			return BusInfo.State.BROKEN;
		return device.isRunning() ? BusInfo.State.RUNNING : BusInfo.State.CONNECTED;
	}

	/** Ends everything; the ports are unplugged, the socket file is removed. Returns when it is done. */
	public void close() {
		bus.unplugAll();
		loops.leave(seat, () -> {
			if (session != null)
				session.close();
			if (listening != NOWHERE) {
				seat.unwatch(listening);
				Linux.close(listening);
			}
			device.close();
		});
		if (config.socket() == null)
			return;
		try {
			Files.deleteIfExists(config.socket());
		} catch (IOException e) {
			LOG.log(System.Logger.Level.WARNING, "bus " + config.name() + ": " + config.socket()
					+ " stays behind: " + e.getMessage());
		}
	}

	@Override
	public void call(int queue) {
		if (session != null)
			session.call(queue);
	}

	@Override
	public void error(int queue) {
		if (session != null)
			session.error(queue);
	}

	@Override
	public void configChanged() {
		if (session != null)
			session.configChanged();
	}
}
