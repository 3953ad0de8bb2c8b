package bus.vhostuser.session;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

import bus.core.console.ConsoleDevice;
import bus.core.console.Loop;
import bus.linux.MessageSocket;

/**
 * One connection of a front-end, from accept to the end of the stream. Reads messages, has them handled by their row of
 * {@link Request}, and answers. Loop thread.
 */
public final class Session {
	private static final System.Logger LOG = System.getLogger("bus.vhostuser");

	/** VHOST_USER_F_PROTOCOL_FEATURES; QEMU does not work without it. */
	private static final long F_PROTOCOL_FEATURES = 1L << 30;
	/** Messages for one event; a front-end that sends without pause leaves the loop to others after them. */
	private static final int MESSAGES_PER_TURN = 256;
	/** Refusals that are logged; the next ones would say nothing new. */
	private static final int LOGGED_REFUSALS = 20;

	private final String bus;
	private final Loop loop;
	private final ConsoleDevice device;
	private final Runnable ended;
	private final Arena arena = Arena.ofShared();
	private final MessageSocket socket;
	private final Message message = new Message(arena);
	private final MemorySegment out = arena.allocate(Message.HEADER + Message.MAX_PAYLOAD, 8);
	private final Vrings vrings;
	private final MemoryTable memory;
	private final BackendChannel channel = new BackendChannel();
	private long features;
	private long protocolFeatures;
	private boolean featuresSet;
	private boolean protocolFeaturesSet;
	private boolean owned;
	private boolean queuesSettled;
	private boolean greeted;
	private boolean closed;
	/** Messages were left for the next turn. */
	private boolean unread;
	/** Acknowledgements were in force when the message was sent. */
	private boolean wantsReply;
	private int refusals;

	/**
	 * @param descriptor the connected socket, from now on this session's even if this fails
	 * @param ended called when the front-end has gone and everything of it is released
	 */
	public Session(String bus, Loop loop, ConsoleDevice device, int descriptor, Runnable ended) throws IOException {
		this.bus = bus;
		this.loop = loop;
		this.device = device;
		this.ended = ended;
		this.socket = new MessageSocket(descriptor);
		this.vrings = new Vrings(bus, device, loop);
		this.memory = new MemoryTable(vrings);
		try {
			loop.watch(descriptor, events -> read());
		} catch (IOException e) {
			socket.close();
			arena.close();
			throw e;
		}
	}

	/** Handles what has arrived; also asked for before a newcomer is turned away, because this end may be at hand. */
	public void read() {
		unread = false;
		for (int i = 0; i < MESSAGES_PER_TURN && !closed; i++)
			try {
				int state = message.receive(socket);
				if (state == 0)
					return;
				if (state < 0) {
					end(System.Logger.Level.INFO, "the virtual machine has gone");
					return;
				}
				if (!greeted)
					LOG.log(System.Logger.Level.INFO, "bus {0}: a virtual machine has connected", bus);
				greeted = true;
				dispatch();
				message.done();
			} catch (RefusedException e) {
				end(System.Logger.Level.WARNING, "the connection is closed, because what came is not vhost-user: " + e.getMessage());
			}
		unread = !closed;
		if (unread)
			loop.requestTurn(); // the edge is used up, so nobody else would look again
	}

	/**
	 * Goes on reading where {@link #read} stopped to let others have a turn.
	 *
	 * @return whether more is left
	 */
	public boolean readOn() {
		if (unread)
			read();
		return unread;
	}

	private void dispatch() {
		var request = Request.of(message.request());
		wantsReply = replyAck(); // a second handshake may end it within this message, whose sender still waits
		try {
			if (request == null)
				throw new RefusedException("not served by vport");
			answer(request, request.handle(this, message));
		} catch (RefusedException e) {
			refuse(request, e.getMessage());
		} catch (RuntimeException | Error e) { // a front-end that gets no answer waits for it for ever, and its guest with it
			LOG.log(System.Logger.Level.ERROR, "bus " + bus + ": internal error, please report it", e);
			refuse(request, e.toString());
		}
	}

	private void answer(Request request, Reply reply) {
		if (reply.payload() != null)
			send(reply);
		else if (acknowledges())
			send(Reply.of(0));
	}

	private void refuse(Request request, String why) {
		message.closeDescriptors(); // before the answer: afterwards it may look as if they had been taken
		String name = request == null ? "request " + message.request() : request.name();
		if (refusals++ < LOGGED_REFUSALS)
			LOG.log(System.Logger.Level.WARNING, "bus {0}: {1} refused: {2}", bus, name, why);
		if (request == Request.GET_CONFIG)
			send(Reply.configRefused());
		else if (request != null && request.hasReply())
			end(System.Logger.Level.WARNING, "the connection is closed, because " + name + " has no reply that says no: " + why);
		else if (acknowledges())
			send(Reply.of(1));
	}

	private boolean acknowledges() {
		return message.needsReply() && (wantsReply || replyAck());
	}

	private boolean replyAck() {
		return (protocolFeatures & ProtocolFeature.REPLY_ACK) != 0;
	}

	private void send(Reply reply) {
		var payload = reply.payload();
		out.set(ValueLayout.JAVA_INT, 0, message.request());
		out.set(ValueLayout.JAVA_INT, 4, 5); // version 1, reply
		out.set(ValueLayout.JAVA_INT, 8, payload.length);
		MemorySegment.copy(payload, 0, out, ValueLayout.JAVA_BYTE, Message.HEADER, payload.length);
		int length = Message.HEADER + payload.length;
		int sent = socket.send(out, 0, length);
		// replies are small and each is waited for, so a full socket means a front-end that reads none of them
		if (sent != length)
			end(System.Logger.Level.WARNING, "the connection is closed, because the front-end does not read its replies");
	}

	private void end(System.Logger.Level level, String why) {
		if (closed)
			return;
		if (greeted) // else it was somebody who only looked whether the socket lives
			LOG.log(level, "bus {0}: {1}", bus, why);
		close();
		ended.run();
	}

	/** Ends the connection, for the virtual machine's device for good. */
	public void close() {
		if (closed)
			return;
		closed = true;
		message.done();
		forget();
		loop.unwatch(socket.descriptor());
		socket.close();
		arena.close();
	}

	/** Forgets everything that the front-end said: it left, or begins anew on the same connection. */
	private void forget() {
		vrings.clear();
		memory.clear();
		channel.close();
		device.disconnect();
		features = 0;
		protocolFeatures = 0;
		featuresSet = false;
		protocolFeaturesSet = false;
		owned = false;
		queuesSettled = false;
	}

	// ---- what the bus asks

	public void call(int queue) {
		vrings.call(queue);
	}

	public void error(int queue) {
		vrings.error(queue);
	}

	public void configChanged() {
		if (vrings.isConfigWindow())
			channel.configChange();
	}

	/** The number of queues that the front-end gave; 0 if it has not said. */
	public int queues() {
		return queuesSettled ? vrings.given() : 0;
	}

	/** The negotiated virtio features. */
	public long features() {
		return features;
	}

	// ---- handlers of Request

	Vrings vrings() {
		return vrings;
	}

	MemoryTable memory() {
		return memory;
	}

	Reply getFeatures() {
		return Reply.of(device.offeredFeatures() | F_PROTOCOL_FEATURES);
	}

	Reply setFeatures(Message m) throws RefusedException {
		long wanted = m.u64(0);
		long unknown = wanted & ~(device.offeredFeatures() | F_PROTOCOL_FEATURES);
		if (unknown != 0)
			throw new RefusedException("features=0x" + Long.toHexString(wanted) + ", not offered: 0x"
					+ Long.toHexString(unknown));
		if (vrings.isAnyRunning() && (wanted & ~F_PROTOCOL_FEATURES) != features)
			throw new RefusedException("features=0x" + Long.toHexString(wanted) + " while rings run with 0x"
					+ Long.toHexString(features));
		settleQueues();
		featuresSet = true;
		features = wanted & ~F_PROTOCOL_FEATURES;
		device.features(features);
		vrings.features(features, (wanted & F_PROTOCOL_FEATURES) == 0);
		return Reply.ACK;
	}

	Reply setProtocolFeatures(Message m) throws RefusedException {
		long wanted = m.u64(0);
		if ((wanted & ~ProtocolFeature.OFFERED) != 0)
			throw new RefusedException("protocol features=0x" + Long.toHexString(wanted) + ", offered: 0x"
					+ Long.toHexString(ProtocolFeature.OFFERED));
		if (protocolFeaturesSet)
			forget(); // QEMU: device_del and device_add keep the socket and begin a second handshake on it
		protocolFeaturesSet = true;
		protocolFeatures = wanted;
		return Reply.ACK;
	}

	Reply setOwner() {
		if (owned)
			forget();
		owned = true;
		return Reply.ACK;
	}

	/** Deprecated; what is left of its meaning is that no ring runs any more. */
	Reply resetOwner() {
		vrings.pause();
		return Reply.ACK;
	}

	Reply getQueueNum() {
		return Reply.of(device.queueCount());
	}

	Reply setBackendReqFd(Message m) {
		channel.set(m.take(0));
		return Reply.ACK;
	}

	/** GET_CONFIG: offset u32, size u32, flags u32, room for the bytes. */
	Reply getConfig(Message m) throws RefusedException {
		int offset = m.u32(0);
		checkConfig(m, offset);
		settleQueues();
		var bytes = new byte[m.u32(4)];
		device.readConfig(offset, bytes);
		return Reply.config(offset, m.u32(8), bytes);
	}

	/** SET_CONFIG: offset u32, size u32, flags u32, bytes. */
	Reply setConfig(Message m) throws RefusedException {
		int offset = m.u32(0);
		checkConfig(m, offset);
		device.writeConfig(offset, m.bytes(12, m.u32(4)));
		return Reply.ACK;
	}

	private static void checkConfig(Message m, int offset) throws RefusedException {
		int size = m.u32(4);
		if (size < 0 || size != m.size() - 12 || offset < 0 || offset > 256 - size)
			throw new RefusedException("offset=" + offset + " size=" + size + " in a payload of " + m.size());
	}

	/**
	 * QEMU names each of its queues before the guest runs, so their number is known before the guest asks how many ports
	 * there are. Front-ends that set queues up as the guest's driver wants them name none so early.
	 */
	private void settleQueues() {
		if (queuesSettled || featuresSet || vrings.given() == 0)
			return;
		queuesSettled = true;
		int usable = vrings.given() / 2 - 1;
		if (vrings.given() >= device.queueCount())
			return;
		device.usePorts(usable);
		LOG.log(System.Logger.Level.WARNING, "bus {0}: the virtual machine gave num_vqs={1}, enough for {2} of ports={3};"
				+ " for all of them it needs num_vqs={4}", bus, vrings.given(), Math.max(usable, 0),
				device.queueCount() / 2 - 1, device.queueCount());
	}
}
