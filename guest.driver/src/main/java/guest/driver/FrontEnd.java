package guest.driver;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import bus.linux.LinuxException;
import bus.linux.MessageSocket;
import bus.linux.Sockets;

/**
 * A vhost-user front-end that sends what QEMU 11.1 sends, in QEMU's order: {@link #handshake} is what happens when the
 * device is made, {@link #start} when the guest's driver sets DRIVER_OK, {@link #stop} at reset, pause or reboot.
 *
 * <p>Every answer is checked; a refusal, a wrong answer or silence throws {@link BackEndException}. One thread at a
 * time. For what QEMU never sends there is {@link #channel}.
 */
public final class FrontEnd implements AutoCloseable {
	/** VHOST_USER_F_PROTOCOL_FEATURES. */
	public static final long PROTOCOL_FEATURES = 1L << 30;

	private static final long FIRST_REGION = 0x4000_0000L;
	private static final int STATUS_FEATURES_OK = 8;
	private static final int CONFIG_HEADER = 12;

	private final FrontEndSettings settings;
	private final MessageChannel channel;
	private final Exchange exchange;
	private final SharedMemory memory;
	private final List<QueueLines> lines = new ArrayList<>();
	private final List<Integer> started = new ArrayList<>();
	private final int[] bases;
	private byte[] config;
	private MessageChannel backEndChannel;
	private long offered;
	private long offeredProtocol;
	private long protocol;
	private long backEndQueues;
	private boolean running;
	private boolean closed;

	/**
	 * @param connected to the back-end; from now on this object's
	 */
	public FrontEnd(MessageSocket connected, FrontEndSettings settings) throws IOException {
		this.settings = settings;
		this.channel = new MessageChannel(connected);
		this.exchange = new Exchange(channel, settings.timeout());
		this.bases = new int[settings.queues()];
		this.config = new byte[settings.configSize()];
		this.memory = new SharedMemory(exchange);
		try {
			memory.add(MemfdRegion.create(FIRST_REGION, settings.ramSize(), 0));
			for (int i = 0; i < settings.queues(); i++)
				lines.add(QueueLines.create());
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
		return channel;
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
		return lines.get(queue);
	}

	public boolean running() {
		return running;
	}

	/** What happens when a device is made. Once more on the same socket is what device_del and device_add do. */
	public void handshake() throws IOException {
		config = new byte[settings.configSize()];
		running = false;
		started.clear();
		offered = exchange.askU64(Request.GET_FEATURES);
		protocol = 0;
		memory.negotiated(0, 0);
		exchange.acknowledged(false);
		if ((offered & PROTOCOL_FEATURES) != 0)
			negotiateProtocol();
		exchange.tell(Request.SET_OWNER, Message.EMPTY);
		offered = exchange.askU64(Request.GET_FEATURES);
		for (int i = 0; i < settings.queues(); i++) {
			exchange.order(Request.SET_VRING_CALL, Message.u64(i), lines.get(i).call().descriptor());
			exchange.order(Request.SET_VRING_ERR, Message.u64(i), lines.get(i).err().descriptor());
		}
	}

	private void negotiateProtocol() throws IOException {
		offeredProtocol = exchange.askU64(Request.GET_PROTOCOL_FEATURES);
		protocol = offeredProtocol & settings.protocolFeatures();
		if (settings.configSize() > 0 && !has(ProtocolFeature.CONFIG))
			throw new BackEndException("the back-end has no config space (protocol feature CONFIG), the device needs "
					+ settings.configSize() + " bytes");
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

	private void openBackEndChannel() throws IOException {
		if (backEndChannel != null)
			backEndChannel.close();
		var pair = MessageSocket.pair();
		backEndChannel = new MessageChannel(pair[0]);
		try (var passed = pair[1]) {
			exchange.order(Request.SET_BACKEND_REQ_FD, Message.EMPTY, passed.descriptor());
		}
	}

	private boolean has(long protocolFeature) {
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
	 * @param resume go on where {@link #stop} left off, as after a pause, and not from 0 with new rings
	 */
	public void start(long features, List<DriverRing> rings, boolean resume) throws IOException {
		exchange.tell(Request.SET_FEATURES, Message.u64(features | offered & PROTOCOL_FEATURES));
		if (has(ProtocolFeature.STATUS) && (exchange.askU64(Request.GET_STATUS) & STATUS_FEATURES_OK) == 0)
			exchange.tell(Request.SET_STATUS, Message.u64(STATUS_FEATURES_OK));
		memory.share();
		started.clear();
		for (int i = 0; i < rings.size(); i++)
			if (rings.get(i) != null)
				setUp(i, rings.get(i), resume ? bases[i] : 0);
		if ((offered & PROTOCOL_FEATURES) != 0)
			enableAll(1);
		for (int i = 0; i < settings.queues(); i++)
			exchange.order(Request.SET_VRING_CALL, Message.u64(i), lines.get(i).call().descriptor());
		running = true;
	}

	private void setUp(int queue, DriverRing ring, int base) throws IOException {
		exchange.tell(Request.SET_VRING_NUM, Message.u32s(queue, ring.size()));
		exchange.tell(Request.SET_VRING_BASE, Message.u32s(queue, base));
		exchange.tell(Request.SET_VRING_ADDR, Message.u64s(queue, memory.ringAddress(ring.descAddress()),
				memory.ringAddress(ring.usedAddress()), memory.ringAddress(ring.availAddress()), 0));
		lines.get(queue).kick().ring(); // QEMU hands every kick over with the counter at 1
		exchange.order(Request.SET_VRING_KICK, Message.u64(queue), lines.get(queue).kick().descriptor());
		exchange.order(Request.SET_VRING_CALL, Message.u64(queue), lines.get(queue).call().descriptor());
		started.add(queue);
	}

	private void enableAll(int on) throws IOException {
		for (int i = 0; i < settings.queues(); i++) {
			exchange.order(Request.SET_VRING_ENABLE, Message.u32s(i, on));
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
		for (int queue : started) {
			var answer = exchange.ask(Request.GET_VRING_BASE, Message.u32s(queue, 0), 8).fields();
			if (answer.getInt() != queue)
				throw new BackEndException("GET_VRING_BASE of queue=" + queue + " answered for another queue");
			bases[queue] = answer.getInt();
		}
		started.clear();
		return bases.clone();
	}

	/** The config space as the guest sees it now. */
	public byte[] readConfig() throws IOException {
		var request = configRequest();
		var answer = exchange.ask(Request.GET_CONFIG, request, request.length).fields();
		answer.position(CONFIG_HEADER).get(config);
		return config.clone();
	}

	/** A guest's write. Like QEMU it sends the whole of its copy, which is as old as the last read or write. */
	public void writeConfig(int offset, byte[] data) throws IOException {
		System.arraycopy(data, 0, config, offset, data.length);
		var request = configRequest();
		System.arraycopy(config, 0, request, CONFIG_HEADER, config.length);
		exchange.order(Request.SET_CONFIG, request);
	}

	/** Offset 0, the size, no flags, room for the bytes. */
	private byte[] configRequest() {
		return Arrays.copyOf(Message.u32s(0, config.length, 0), CONFIG_HEADER + config.length);
	}

	/** The back-end's own channel; -1 without {@link ProtocolFeature#BACKEND_REQ}. */
	public int backEndDescriptor() {
		return backEndChannel == null ? -1 : backEndChannel.descriptor();
	}

	/**
	 * Waits for a message of the back-end, such as CONFIG_CHANGE, which is request 2, and acknowledges it if wanted.
	 *
	 * @return null when the time is over
	 */
	public Message backEndMessage(Duration timeout) throws IOException {
		if (backEndChannel == null)
			throw new BackEndException("no back-end channel: protocol feature BACKEND_REQ is not in force");
		var message = backEndChannel.receive(timeout);
		if (message != null && (message.flags() & Message.NEED_REPLY) != 0)
			backEndChannel.send(new Message(message.request(), Message.VERSION | Message.REPLY, Message.u64(0)),
					settings.timeout());
		return message;
	}

	@Override
	public void close() {
		if (closed)
			return;
		closed = true;
		running = false;
		channel.close();
		if (backEndChannel != null)
			backEndChannel.close();
		lines.forEach(QueueLines::close);
		memory.close();
	}
}
