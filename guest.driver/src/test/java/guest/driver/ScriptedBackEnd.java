package guest.driver;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;

import bus.linux.Epoll;
import bus.linux.Linux;
import bus.linux.MappedFile;
import bus.linux.MessageSocket;

/**
 * A back-end of a few lines, correct for a correct front-end, that writes down what it is told. One thread of its own.
 */
final class ScriptedBackEnd implements AutoCloseable {
	static final long ALL = ProtocolFeature.MQ | ProtocolFeature.REPLY_ACK | ProtocolFeature.BACKEND_REQ
			| ProtocolFeature.CONFIG | ProtocolFeature.CONFIGURE_MEM_SLOTS | ProtocolFeature.GPA_ADDRESSES;
	private static final Duration LIMIT = Duration.ofSeconds(10);

	/** A mapped region of the guest. */
	private record Region(long guestAddress, long userAddress, MappedFile mapping, GuestRam ram) {
	}

	/** What is known of a queue. */
	private static final class Vring {
		private int size;
		private int base;
		private long[] addresses;
		private int kick = -1;
		private int call = -1;
		private RingDevice device;
	}

	final List<String> log = new CopyOnWriteArrayList<>();
	final ScriptedConsole console;
	private final MessageChannel channel;
	private final Epoll epoll = new Epoll(16);
	private final EventCounter wake = new EventCounter();
	private final BlockingQueue<Runnable> commands = new ArrayBlockingQueue<>(64);
	private final Map<Integer, Vring> vrings = new HashMap<>();
	private final List<Region> regions = new ArrayList<>();
	private final long features;
	private final long protocolFeatures;
	private final Thread thread;
	private MessageChannel toFrontEnd;
	private long acked;
	private volatile boolean ended;
	/** Request that is acknowledged with an error. */
	volatile Request refused;
	/** Added to the bases it returns, to recognise them when they come back. */
	volatile int baseLie;
	volatile Throwable failure;

	ScriptedBackEnd(MessageSocket socket, long features, long protocolFeatures, int ports) throws IOException {
		this.channel = new MessageChannel(socket);
		this.features = features | FrontEnd.PROTOCOL_FEATURES | VirtioFeature.VERSION_1;
		this.protocolFeatures = protocolFeatures;
		this.console = new ScriptedConsole(this, ports);
		epoll.add(channel.descriptor(), Epoll.IN, -1);
		epoll.add(wake.descriptor(), Epoll.IN, -2);
		thread = Thread.ofPlatform().daemon().name("scripted-back-end").start(this::loop);
	}

	/** Runs a command on the back-end's thread. */
	void post(Runnable command) {
		commands.add(command);
		wake.ring();
	}

	private void loop() {
		try {
			while (!ended) {
				int n = epoll.await(-1);
				for (int i = 0; i < n; i++)
					if (epoll.data(i) == -1)
						handle(channel.receive(LIMIT));
					else if (epoll.data(i) == -2)
						wake.take();
				for (var command = commands.poll(); command != null; command = commands.poll())
					command.run();
				console.work();
			}
		} catch (EOFException e) {
			log.add("EOF");
		} catch (IOException | RuntimeException | AssertionError e) {
			failure = e;
		}
	}

	private void handle(Message message) throws IOException {
		var request = Request.valueOf(Request.name(message.request()));
		boolean needReply = (message.flags() & Message.NEED_REPLY) != 0;
		log.add(request + (needReply ? " R" : "") + (message.descriptors().length > 0 ? " +fd" : ""));
		var in = message.fields();
		byte[] answer = switch (request) {
			case GET_FEATURES -> Message.u64(features);
			case GET_PROTOCOL_FEATURES -> Message.u64(protocolFeatures);
			case GET_QUEUE_NUM, GET_MAX_MEM_SLOTS -> Message.u64(256);
			case GET_CONFIG -> config(message);
			case GET_VRING_BASE -> stop(in.getInt());
			default -> null;
		};
		if (answer == null) {
			note(request, message);
			if (needReply)
				answer = Message.u64(request == refused ? 1 : 0);
		}
		if (answer != null)
			channel.send(new Message(message.request(), Message.VERSION | Message.REPLY, answer), LIMIT);
	}

	private byte[] config(Message message) {
		byte[] answer = message.payload().clone();
		System.arraycopy(console.config(), 0, answer, 12, answer.length - 12);
		return answer;
	}

	private byte[] stop(int queue) {
		var ring = vrings.get(queue);
		int base = ring.device.base();
		ring.device = null;
		return Message.u32s(queue, base + baseLie);
	}

	private void note(Request request, Message message) throws IOException {
		var in = message.fields();
		switch (request) {
			case SET_FEATURES -> acked = in.getLong();
			case SET_CONFIG -> console.emergency(in.getInt(12 + 8));
			case SET_BACKEND_REQ_FD -> toFrontEnd = new MessageChannel(new MessageSocket(message.descriptors()[0]));
			case ADD_MEM_REG -> {
				in.getLong();
				map(in.getLong(), in.getLong(), in.getLong(), in.getLong(), message.descriptors()[0]);
			}
			case SET_MEM_TABLE -> {
				regions.clear();
				long count = in.getLong();
				for (int i = 0; i < count; i++)
					map(in.getLong(), in.getLong(), in.getLong(), in.getLong(), message.descriptors()[i]);
			}
			case SET_VRING_NUM -> vring(in.getInt()).size = in.getInt();
			case SET_VRING_BASE -> vring(in.getInt()).base = in.getInt();
			case SET_VRING_ADDR -> vring((int) in.getLong()).addresses = new long[] { in.getLong(), in.getLong(),
					in.getLong() };
			case SET_VRING_KICK -> kick(vring((int) in.getLong()), message.descriptors()[0]);
			case SET_VRING_CALL -> vring((int) in.getLong()).call = message.descriptors()[0];
			default -> message.closeDescriptors();
		}
	}

	private void map(long guestAddress, long size, long userAddress, long offset, int fd) throws IOException {
		var mapping = MappedFile.map(fd, offset, size);
		Linux.close(fd);
		regions.add(new Region(guestAddress, userAddress, mapping, new GuestRam(mapping.segment(), guestAddress)));
	}

	private Vring vring(int queue) {
		return vrings.computeIfAbsent(queue, q -> new Vring());
	}

	private void kick(Vring ring, int fd) throws IOException {
		ring.kick = fd;
		epoll.add(fd, Epoll.IN | Epoll.ET, 0);
		var region = regions.getFirst();
		int n = ring.size;
		boolean packed = (acked & VirtioFeature.RING_PACKED) != 0;
		var descriptors = part(region, ring.addresses[0], 16L * n);
		var driver = part(region, ring.addresses[2], packed ? 4 : 6 + 2L * n);
		var device = part(region, ring.addresses[1], packed ? 4 : 6 + 8L * n);
		var ram = region.ram();
		ring.device = packed
				? new PackedRingDevice(ram, new PackedRingMemory(n, descriptors, driver, device), acked, ring.base)
				: new SplitRingDevice(ram, new SplitRingMemory(n, descriptors, driver, device), acked, ring.base);
	}

	private static MemorySegment part(Region region, long userAddress, long size) {
		return region.mapping().segment().asSlice(userAddress - region.userAddress(), size);
	}

	/** The queue's device side; null while it is stopped. */
	RingDevice device(int queue) {
		var ring = vrings.get(queue);
		return ring == null ? null : ring.device;
	}

	int base(int queue) {
		return vrings.get(queue).base;
	}

	void call(int queue) {
		if (!device(queue).callNeeded())
			return;
		try (var arena = Arena.ofConfined()) {
			Linux.write(vrings.get(queue).call, arena.allocateFrom(ValueLayout.JAVA_LONG, 1).address(), 8);
		}
	}

	/** Tells the front-end that the config space has changed, and waits for its word. */
	void changeConfig() {
		try {
			toFrontEnd.send(new Message(2, Message.VERSION | Message.NEED_REPLY, Message.EMPTY), LIMIT);
			if (toFrontEnd.receive(LIMIT).u64() != 0)
				throw new AssertionError("CONFIG_CHANGE refused");
		} catch (IOException e) {
			throw new AssertionError(e);
		}
	}

	static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	@Override
	public void close() {
		if (ended)
			return;
		ended = true;
		wake.ring();
		try {
			thread.join();
		} catch (InterruptedException e) {
			throw new AssertionError(e);
		}
		channel.close();
		if (toFrontEnd != null)
			toFrontEnd.close();
		epoll.close();
		wake.close();
		regions.forEach(region -> region.mapping().close());
		if (failure != null)
			throw new AssertionError("the scripted back-end failed", failure);
	}
}
