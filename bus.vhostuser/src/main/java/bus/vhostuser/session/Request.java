package bus.vhostuser.session;

import bus.linux.MessageSocket;

/**
 * The requests of a front-end that this back-end serves: number, payload bytes, descriptors, and who handles it. What is
 * not in this table, or does not fit its row, is refused in one place, {@link Session}.
 */
enum Request {
	GET_FEATURES(1, exactly(0), 0, 0, (s, m) -> s.negotiation().getFeatures()),
	SET_FEATURES(2, exactly(8), 0, 0, Session::setFeatures),
	SET_OWNER(3, exactly(0), 0, 0, (s, m) -> s.negotiation().setOwner()),
	RESET_OWNER(4, exactly(0), 0, 0, (s, m) -> s.negotiation().resetOwner()),
	SET_MEM_TABLE(5, new Size(8, 8 + 32 * 8), 0, 8, (s, m) -> s.memory().setTable(m)),
	SET_VRING_NUM(8, exactly(8), 0, 0, (s, m) -> s.vrings().setNum(m)),
	SET_VRING_ADDR(9, exactly(40), 0, 0, (s, m) -> s.vrings().setAddr(m)),
	SET_VRING_BASE(10, exactly(8), 0, 0, (s, m) -> s.vrings().setBase(m)),
	GET_VRING_BASE(11, exactly(8), 0, 0, (s, m) -> s.vrings().getBase(m)),
	SET_VRING_KICK(12, exactly(8), 0, 1, (s, m) -> s.vrings().setKick(m)),
	SET_VRING_CALL(13, exactly(8), 0, 1, (s, m) -> s.vrings().setCall(m)),
	SET_VRING_ERR(14, exactly(8), 0, 1, (s, m) -> s.vrings().setErr(m)),
	GET_PROTOCOL_FEATURES(15, exactly(0), 0, 0, (s, m) -> Reply.of(ProtocolFeature.OFFERED)),
	SET_PROTOCOL_FEATURES(16, exactly(8), 0, 0, (s, m) -> s.negotiation().setProtocolFeatures(m)),
	GET_QUEUE_NUM(17, exactly(0), 0, 0, (s, m) -> s.negotiation().getQueueNum()),
	SET_VRING_ENABLE(18, exactly(8), 0, 0, (s, m) -> s.vrings().setEnable(m)),
	SET_BACKEND_REQ_FD(21, exactly(0), 1, 1, Session::setBackendReqFd),
	GET_CONFIG(24, new Size(12, 12 + 256), 0, 0, (s, m) -> s.negotiation().getConfig(m)),
	SET_CONFIG(25, new Size(12, 12 + 256), 0, 0, (s, m) -> s.negotiation().setConfig(m)),
	GET_INFLIGHT_FD(31, new Size(20, 24), 0, 0, (s, m) -> s.inflight().get(m)),
	SET_INFLIGHT_FD(32, new Size(20, 24), 1, 1, (s, m) -> s.inflight().set(m)),
	RESET_DEVICE(34, exactly(0), 0, 0, (s, m) -> s.negotiation().resetDevice()),
	GET_MAX_MEM_SLOTS(36, exactly(0), 0, 0, (s, m) -> Reply.of(MemoryTable.SLOTS)),
	ADD_MEM_REG(37, exactly(40), 1, 1, (s, m) -> s.memory().addRegion(m)),
	REM_MEM_REG(38, exactly(40), 0, 1, (s, m) -> s.memory().removeRegion(m)),
	SET_DEVICE_STATE_FD(42, exactly(8), 1, 1, (s, m) -> s.transfer().begin(m)),
	CHECK_DEVICE_STATE(43, exactly(0), 0, 0, (s, m) -> s.transfer().check());

	/** What serves a message that fits its row. */
	interface Handler {
		Reply handle(Session session, Message message) throws RefusedException;
	}

	private record Size(int least, int most) {
	}

	private static final Request[] BY_NUMBER = new Request[64];

	static {
		for (var request : values())
			BY_NUMBER[request.number] = request;
	}

	private final int number;
	private final Size size;
	private final int leastDescriptors;
	private final int mostDescriptors;
	private final Handler handler;

	Request(int number, Size size, int leastDescriptors, int mostDescriptors, Handler handler) {
		this.number = number;
		this.size = size;
		this.leastDescriptors = leastDescriptors;
		this.mostDescriptors = mostDescriptors;
		this.handler = handler;
	}

	private static Size exactly(int bytes) {
		return new Size(bytes, bytes);
	}

	/** The request with a number, or null if it is not served. */
	static Request of(int number) {
		return number >= 0 && number < BY_NUMBER.length ? BY_NUMBER[number] : null;
	}

	/** Whether the front-end waits for a reply even if it did not ask for an acknowledgement. */
	boolean hasReply() {
		return switch (this) {
			case GET_FEATURES, GET_PROTOCOL_FEATURES, GET_QUEUE_NUM, GET_VRING_BASE, GET_CONFIG, GET_MAX_MEM_SLOTS,
					GET_INFLIGHT_FD, SET_DEVICE_STATE_FD, CHECK_DEVICE_STATE -> true;
			default -> false;
		};
	}

	/** What the front-end is answered when the request is refused; null if no reply of it can say so. */
	Reply refusal() {
		return switch (this) {
			case GET_CONFIG -> Reply.configRefused();
			case SET_DEVICE_STATE_FD -> StateTransfer.REFUSED;
			case CHECK_DEVICE_STATE -> Reply.of(1);
			case GET_INFLIGHT_FD -> Reply.inflight(new byte[24], 0, -1);
			default -> null;
		};
	}

	Reply handle(Session session, Message message) throws RefusedException {
		if (message.size() < size.least() || message.size() > size.most())
			throw new RefusedException("size=" + message.size() + ", allowed: " + size.least() + " to " + size.most());
		int descriptors = message.descriptors();
		if (message.lostDescriptors() && descriptors < MessageSocket.MAX_DESCRIPTORS)
			throw session.outOfDescriptors();
		if (message.lostDescriptors() || descriptors < leastDescriptors || descriptors > mostDescriptors)
			throw new RefusedException("descriptors=" + descriptors + (message.lostDescriptors() ? " or more" : "")
					+ ", allowed: " + leastDescriptors + " to " + mostDescriptors);
		return handler.handle(session, message);
	}
}
