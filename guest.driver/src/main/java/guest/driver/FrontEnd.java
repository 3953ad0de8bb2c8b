package guest.driver;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import bus.linux.LinuxException;
import bus.linux.MessageSocket;
import bus.linux.Sockets;

/**
 * A vhost-user front-end that sends what QEMU 11.1 sends, in QEMU's order: {@link #handshake} is what happens when the
 * device is made, {@link #start} when the guest's driver sets DRIVER_OK, {@link #stop} at reset, pause or reboot.
 *
 * <p>Every answer is checked; a refusal, a wrong answer or silence throws {@link BackEndException}. One thread at a
 * time. For what QEMU never sends there is {@link #channel}; other monitors are the subclasses, named after them.
 */
public sealed class FrontEnd implements AutoCloseable permits CloudHypervisor, Crosvm, Libkrun, OpenVmm, Uml {
	/** VHOST_USER_F_PROTOCOL_FEATURES. */
	public static final long PROTOCOL_FEATURES = 1L << 30;

	private static final long FIRST_REGION = 0x4000_0000L;
	private static final int STATUS_FEATURES_OK = 8;

	final Exchange exchange;
	final SharedMemory memory;
	final RingOrders orders;
	long offered;
	long backEndQueues;
	boolean running;
	private final FrontEndSettings settings;
	private byte[] config;
	private BackEndRequests backEnd;
	private InflightMemory inflight;
	private long offeredProtocol;
	private long protocol;
	private boolean closed;

	/**
	 * @param connected to the back-end; from now on this object's
	 */
	public FrontEnd(MessageSocket connected, FrontEndSettings settings) throws IOException {
		this(connected, settings, FIRST_REGION, 0);
	}

	/** With its memory at a guest-physical address and at an offset in its file. */
	FrontEnd(MessageSocket connected, FrontEndSettings settings, long address, long offset) throws IOException {
		this.settings = settings;
		this.exchange = new Exchange(new MessageChannel(connected), settings.timeout());
		this.config = new byte[settings.configSize()];
		this.memory = new SharedMemory(exchange);
		this.orders = new RingOrders(exchange, memory);
		try {
			memory.add(MemfdRegion.create(address, settings.ramSize(), offset));
			orders.queues(settings.queues());
		} catch (LinuxException e) {
			close();
			throw e;
		}
	}

	/** Connects to a back-end that listens on a UNIX socket. No message is sent yet. */
	public static FrontEnd connect(Path socket, FrontEndSettings settings) throws IOException {
		return new FrontEnd(new MessageSocket(Sockets.connectUnix(socket)), settings);
	}

	public FrontEndSettings settings() {
		return settings;
	}

	/** The memory that a driver allocates in. */
	public GuestRam ram() {
		return memory.first();
	}

	/** For messages that no sane front-end sends; what it is answered is the caller's to read. */
	public MessageChannel channel() {
		return exchange.channel();
	}

	/** Virtio features of the back-end, with {@link #PROTOCOL_FEATURES}. */
	public long offeredFeatures() {
		return offered;
	}

	public long offeredProtocolFeatures() {
		return offeredProtocol;
	}

	/** The protocol features in force, as in {@link ProtocolFeature}. */
	public long protocolFeatures() {
		return protocol;
	}

	/** What GET_QUEUE_NUM answered; 0 without {@link ProtocolFeature#MQ}. */
	public long backEndQueues() {
		return backEndQueues;
	}

	public QueueLines lines(int queue) {
		return orders.lines(queue);
	}

	/** How many queues the device has for its guest. */
	public int queues() {
		return orders.queues();
	}

	/** Descriptors of a queue. */
	int queueSize(int queue) {
		return settings.queueSize();
	}

	/** The longest that one answer was waited for; a monitor may hold the lock of its whole machine meanwhile. */
	public Duration longestWait() {
		return Duration.ofNanos(exchange.longestWait());
	}

	public boolean running() {
		return running;
	}

	/** What happens when a device is made. Once more on the same socket is what device_del and device_add do. */
	public void handshake() throws IOException {
		begin();
		offered = exchange.askU64(Request.GET_FEATURES);
		if ((offered & PROTOCOL_FEATURES) != 0)
			negotiateProtocol();
		exchange.tell(Request.SET_OWNER, Message.EMPTY);
		offered = exchange.askU64(Request.GET_FEATURES);
		for (int i = 0; i < queues(); i++) {
			orders.call(i);
			orders.err(i);
		}
	}

	/** Nothing is negotiated yet. */
	final void begin() {
		config = new byte[settings.configSize()];
		running = false;
		orders.started.clear();
		protocol = 0;
		memory.negotiated(0, 0);
		exchange.acknowledged(false);
	}

	private void negotiateProtocol() throws IOException {
		chooseProtocol();
		exchange.tell(Request.SET_PROTOCOL_FEATURES, Message.u64(protocol));
		exchange.acknowledged(has(ProtocolFeature.REPLY_ACK));
		if (has(ProtocolFeature.MQ))
			backEndQueues = exchange.askU64(Request.GET_QUEUE_NUM);
		if (has(ProtocolFeature.CONFIGURE_MEM_SLOTS))
			memory.negotiated(protocol, exchange.askU64(Request.GET_MAX_MEM_SLOTS));
		else
			memory.negotiated(protocol, 0);
		if (has(ProtocolFeature.BACKEND_REQ))
			openBackEndChannel();
	}

	/** Asks what the back-end can do, decides what is in force, and answers that. */
	final long chooseProtocol() throws IOException {
		offeredProtocol = exchange.askU64(Request.GET_PROTOCOL_FEATURES);
		protocol = offeredProtocol & settings.protocolFeatures();
		if (settings.configSize() > 0 && !has(ProtocolFeature.CONFIG))
			throw new BackEndException("the back-end has no config space (protocol feature CONFIG), the device needs "
					+ settings.configSize() + " bytes");
		return protocol;
	}

	/** Asks for the number of queues of the back-end, which is to be no less than this front-end's. */
	final void checkQueues() throws IOException {
		backEndQueues = exchange.askU64(Request.GET_QUEUE_NUM);
		if (queues() > backEndQueues)
			throw new BackEndException("the back-end has queues=" + backEndQueues + ", wanted are " + queues());
	}

	final void openBackEndChannel() throws IOException {
		if (backEnd != null)
			backEnd.close();
		backEnd = makeBackEndChannel();
	}

	BackEndRequests makeBackEndChannel() throws IOException {
		return BackEndRequests.socket(exchange);
	}

	final boolean has(long protocolFeature) {
		return (protocol & protocolFeature) != 0;
	}

	/** Adds memory before {@link #start}, or hot-plugs it. From now on this object's. */
	public void addRegion(MemfdRegion region) throws IOException {
		memory.add(region);
		if (running)
			memory.share();
	}

	/** Takes memory away; from now on the caller's. */
	public void removeRegion(MemfdRegion region) throws IOException {
		if (memory.remove(region) && running)
			memory.share();
	}

	/**
	 * What happens when the driver sets DRIVER_OK.
	 *
	 * @param features what the driver takes of {@link #offeredFeatures}
	 * @param rings one for each queue, null for a queue that the driver has not set up
	 * @param resume go on where {@link #stop} left off, as after a pause, and not from the start of new rings
	 */
	public void start(long features, List<DriverRing> rings, boolean resume) throws IOException {
		exchange.tell(Request.SET_FEATURES, Message.u64(features | offered & PROTOCOL_FEATURES));
		if (has(ProtocolFeature.STATUS) && (exchange.askU64(Request.GET_STATUS) & STATUS_FEATURES_OK) == 0)
			exchange.tell(Request.SET_STATUS, Message.u64(STATUS_FEATURES_OK));
		memory.share();
		orders.started.clear();
		for (int i = 0; i < rings.size(); i++)
			if (rings.get(i) != null)
				setUp(i, rings.get(i), resume ? orders.bases[i] : rings.get(i).startBase());
		if ((offered & PROTOCOL_FEATURES) != 0)
			enableAll(1);
		for (int i = 0; i < queues(); i++)
			orders.call(i);
		running = true;
	}

	/** What happens when the driver sets FEATURES_OK, which QEMU keeps for {@link #start}. */
	void accept(long features) throws IOException {
	}

	/**
	 * Connects to another back-end, or to the same anew, for a guest that keeps its memory, its rings and its lines. A
	 * handshake and {@link #restart} are to follow.
	 */
	public void reconnect(Path socket) throws IOException {
		if (backEnd != null)
			backEnd.close();
		backEnd = null;
		exchange.channel().close(); // before the other is opened: a back-end serves one front-end at a time
		exchange.over(new MessageChannel(new MessageSocket(Sockets.connectUnix(socket))));
	}

	/** Goes on at a back-end that has not seen the rings before, from the bases that {@link #stop} has answered. */
	void restart(long features, List<DriverRing> rings) throws IOException {
		if (inflight != null)
			inflight.share(exchange);
		start(features, rings, true);
	}

	/** The device's state as the back-end gives it; no queue runs. */
	public byte[] saveState() throws IOException {
		return new StateTransfer(exchange, settings.timeout()).save();
	}

	/** Gives the back-end a device's state before the queues are started. */
	public void loadState(byte[] state) throws IOException {
		new StateTransfer(exchange, settings.timeout()).load(state);
	}

	/** Gives the back-end the in-flight memory of this device, or asks it for one if there is none yet. */
	public final void shareInflight(int count, int size) throws IOException {
		if (inflight == null)
			inflight = InflightMemory.ask(exchange, count, size);
		inflight.share(exchange);
	}

	/** The next driver gets a fresh one. */
	final void dropInflight() {
		if (inflight != null)
			inflight.close();
		inflight = null;
	}

	/** What happens when the driver resets a device that was stopped: of this QEMU says nothing. */
	void reset() throws IOException {
	}

	private void setUp(int queue, DriverRing ring, int base) throws IOException {
		exchange.tell(Request.SET_VRING_NUM, Message.u32s(queue, ring.size()));
		exchange.tell(Request.SET_VRING_BASE, Message.u32s(queue, base));
		exchange.tell(Request.SET_VRING_ADDR, memory.ringAddresses(queue, ring, 0));
		orders.lines(queue).kick().ring(); // QEMU hands every kick over with the counter at 1
		orders.kick(queue);
		orders.call(queue);
		orders.started.add(queue);
	}

	private void enableAll(int on) throws IOException {
		for (int i = 0; i < queues(); i++) {
			orders.enable(i, on);
			if (!exchange.acknowledged())
				exchange.askU64(Request.GET_FEATURES); // QEMU's barrier where nothing is acknowledged
		}
	}

	/**
	 * What happens at reset, pause, reboot and unplug.
	 *
	 * @return the base of each queue, 0 for those that were not started; {@link #start} can resume from them
	 */
	public int[] stop() throws IOException {
		running = false;
		if ((offered & PROTOCOL_FEATURES) != 0)
			enableAll(0);
		return orders.stop();
	}

	/** The config space as the guest sees it now. */
	public byte[] readConfig() throws IOException {
		config = exchange.askConfig(0, config.length, 0);
		return config.clone();
	}

	/** A piece for each field, as a guest asks for it. */
	final byte[] readFields(int flags) throws IOException {
		System.arraycopy(exchange.askConfig(0, 2, flags), 0, config, 0, 2);
		System.arraycopy(exchange.askConfig(2, 2, flags), 0, config, 2, 2);
		System.arraycopy(exchange.askConfig(4, 4, flags), 0, config, 4, 4);
		return config.clone();
	}

	/** A guest's write. Like QEMU it sends the whole of its copy, which is as old as the last read or write. */
	public void writeConfig(int offset, byte[] data) throws IOException {
		System.arraycopy(data, 0, config, offset, data.length);
		exchange.order(Request.SET_CONFIG, Exchange.config(0, 0, config));
	}

	/** The back-end's own channel; -1 without {@link ProtocolFeature#BACKEND_REQ}. */
	public int backEndDescriptor() {
		return backEnd == null ? -1 : backEnd.descriptor();
	}

	/**
	 * Waits for a message of the back-end, such as CONFIG_CHANGE, which is request 2, and acknowledges it if wanted.
	 *
	 * @return null when the time is over
	 */
	public Message backEndMessage(Duration timeout) throws IOException {
		if (backEnd == null)
			throw new BackEndException("no back-end channel: protocol feature BACKEND_REQ is not in force");
		return backEnd.receive(timeout, settings.timeout());
	}

	@Override
	public final void close() {
		if (closed)
			return;
		closed = true;
		running = false;
		exchange.channel().close();
		if (backEnd != null)
			backEnd.close();
		dropInflight();
		orders.close();
		memory.close();
	}
}
