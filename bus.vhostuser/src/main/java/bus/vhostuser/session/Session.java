package bus.vhostuser.session;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

import bus.core.console.ConsoleDevice;
import bus.core.console.Loop;
import bus.linux.Linux;
import bus.linux.MessageSocket;

/**
 * One connection of a front-end, from accept to the end of the stream. Reads messages, has them handled by their row of
 * {@link Request}, and answers. Loop thread.
 */
public final class Session {
	private static final System.Logger LOG = System.getLogger("bus.vhostuser");

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
	private final VringMessages vringMessages;
	private final MemoryTable memory;
	private final BackendChannel channel = new BackendChannel();
	private final Negotiation negotiation;
	private final StateTransfer transfer;
	private final Inflight inflight;
	/** Nobody is told that this front-end has come and gone. */
	private final boolean quiet;
	private boolean greeted;
	private boolean closed;
	/** Messages were left for the next turn. */
	private boolean unread;
	/** Acknowledgements were in force when the message was sent. */
	private boolean wantsReply;
	private int refusals;

	/**
	 * @param descriptor the connected socket, from now on this session's even if this fails
	 * @param quiet whether the log says nothing of its coming and going
	 * @param ended called when the front-end has gone and everything of it is released
	 */
	public Session(String bus, Loop loop, ConsoleDevice device, int descriptor, boolean quiet, Runnable ended)
			throws IOException {
		this.bus = bus;
		this.loop = loop;
		this.device = device;
		this.quiet = quiet;
		this.ended = ended;
		this.socket = new MessageSocket(descriptor);
		this.vrings = new Vrings(bus, device, loop);
		this.vringMessages = new VringMessages(device, loop, vrings);
		this.memory = new MemoryTable(vrings);
		this.negotiation = new Negotiation(bus, device, vrings, this::forget);
		this.transfer = new StateTransfer(bus, loop, device, vrings);
		this.inflight = new Inflight(bus, device, vrings);
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
				if (!greeted && !quiet)
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
		} catch (OutOfDescriptorsException e) {
			outOfDescriptors(request, e);
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
		var no = request == null ? null : request.refusal();
		if (no != null)
			send(no);
		else if (request != null && request.hasReply())
			end(System.Logger.Level.WARNING, "the connection is closed, because " + name + " has no reply that says no: " + why);
		else if (acknowledges())
			send(Reply.of(1));
	}

	/** A guest that runs keeps what it has; one that does not run yet would wait for ever for a queue that lacks its kick. */
	private void outOfDescriptors(Request request, OutOfDescriptorsException why) {
		if (vrings.isAnyRunning())
			refuse(request, why.getMessage());
		else
			end(System.Logger.Level.WARNING, "the virtual machine is refused: " + why.getMessage());
	}

	private boolean acknowledges() {
		return message.needsReply() && (wantsReply || replyAck());
	}

	private boolean replyAck() {
		return negotiation.has(ProtocolFeature.REPLY_ACK);
	}

	private void send(Reply reply) {
		var payload = reply.payload();
		out.set(ValueLayout.JAVA_INT, 0, message.request());
		out.set(ValueLayout.JAVA_INT, 4, 5); // version 1, reply
		out.set(ValueLayout.JAVA_INT, 8, payload.length);
		MemorySegment.copy(payload, 0, out, ValueLayout.JAVA_BYTE, Message.HEADER, payload.length);
		int length = Message.HEADER + payload.length;
		int sent = reply.descriptor() < 0 ? socket.send(out, 0, length) : socket.send(out, 0, length, reply.descriptor());
		if (reply.descriptor() >= 0)
			Linux.close(reply.descriptor());
		// replies are small and each is waited for, so a full socket means a front-end that reads none of them
		if (sent != length)
			end(System.Logger.Level.WARNING, "the connection is closed, because the front-end does not read its replies");
	}

	private void end(System.Logger.Level level, String why) {
		if (closed)
			return;
		if (greeted && !quiet) // else it was somebody who only looked whether the socket lives
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
		inflight.close(); // before anything else forgets, for it is to remember
		vrings.clear();
		memory.clear();
		channel.close();
		transfer.close();
		device.disconnect();
		negotiation.forget();
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
		return negotiation.queues();
	}

	/** The negotiated virtio features. */
	public long features() {
		return negotiation.features();
	}

	// ---- who handles what Request names

	OutOfDescriptorsException outOfDescriptors() {
		return new OutOfDescriptorsException(Descriptors.shortage(device.queueCount()));
	}

	Negotiation negotiation() {
		return negotiation;
	}

	VringMessages vrings() {
		return vringMessages;
	}

	MemoryTable memory() {
		return memory;
	}

	StateTransfer transfer() {
		return transfer;
	}

	Inflight inflight() {
		return inflight;
	}

	Reply setFeatures(Message m) throws RefusedException {
		var reply = negotiation.setFeatures(m);
		inflight.dropIfPacked();
		return reply;
	}

	Reply setBackendReqFd(Message m) {
		channel.set(m.takeNonBlocking(0));
		return Reply.ACK;
	}
}
