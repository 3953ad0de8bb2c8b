package guest.driver;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

import bus.linux.MessageSocket;
import bus.linux.Sockets;

/**
 * What Cloud Hypervisor's generic vhost-user device sends. Its own: no feature of the device type gets through, so there
 * is one port; once acknowledgements are in force every message asks for one, even those that have an answer; a table of
 * memory although slots are in force, which hot-plug uses; SET_BACKEND_REQ_FD last; pause and reset are ENABLE 0 alone;
 * in-flight memory for each activation, which a back-end that comes after a lost one is given again; and a base of each ring
 * that is always the guest's available index.
 */
public final class CloudHypervisor extends FrontEnd {
	private static final long FEATURES = VirtioFeature.INDIRECT_DESC | VirtioFeature.EVENT_IDX | VirtioFeature.VERSION_1
			| VirtioFeature.IN_ORDER | 1L << 36 /* ORDER_PLATFORM */ | 1L << 38 /* NOTIFICATION_DATA */
			| 1L << 26 /* LOG_ALL */ | PROTOCOL_FEATURES;
	/** Without LOG_SHMFD, whose messages {@link FrontEnd} does not know. */
	private static final long PROTOCOL = ProtocolFeature.CONFIG | ProtocolFeature.MQ
			| ProtocolFeature.CONFIGURE_MEM_SLOTS | ProtocolFeature.REPLY_ACK | ProtocolFeature.BACKEND_REQ
			| ProtocolFeature.INFLIGHT_SHMFD | ProtocolFeature.DEVICE_STATE;
	private static final int WRITABLE = 1;

	private CloudHypervisor(Path socket, int queues) throws IOException {
		super(new MessageSocket(Sockets.connectUnix(socket)),
				FrontEndSettings.qemu(1).withQueues(queues).withQueueSize(128).withProtocolFeatures(PROTOCOL));
	}

	public static CloudHypervisor connect(Path socket, int queues) throws IOException {
		return new CloudHypervisor(socket, queues);
	}

	@Override
	public void handshake() throws IOException {
		begin();
		exchange.tell(Request.SET_OWNER, Message.EMPTY);
		offered = exchange.askU64(Request.GET_FEATURES) & FEATURES;
		exchange.tell(Request.SET_PROTOCOL_FEATURES, Message.u64(chooseProtocol()));
		memory.negotiated(protocolFeatures(), Long.MAX_VALUE); // it does not ask for their number
		exchange.acknowledged(has(ProtocolFeature.REPLY_ACK));
		exchange.wantsAlways(has(ProtocolFeature.REPLY_ACK));
		checkQueues();
	}

	@Override
	public void start(long features, List<DriverRing> rings, boolean resume) throws IOException {
		if (!resume) {
			dropInflight();
			setUp(features, rings);
		}
		enable();
	}

	@Override
	void restart(long features, List<DriverRing> rings) throws IOException {
		setUp(features, rings);
		enable();
	}

	private void enable() throws IOException {
		for (int queue : orders.started)
			orders.enable(queue, 1);
		if (has(ProtocolFeature.BACKEND_REQ) && backEndDescriptor() < 0)
			openBackEndChannel();
		running = true;
	}

	private void setUp(long features, List<DriverRing> rings) throws IOException {
		exchange.order(Request.SET_FEATURES, Message.u64(features | PROTOCOL_FEATURES));
		memory.shareTable();
		for (int i = 0; i < rings.size(); i++)
			exchange.order(Request.SET_VRING_NUM, Message.u32s(i, rings.get(i).size()));
		if (has(ProtocolFeature.INFLIGHT_SHMFD))
			shareInflight(rings.size(), rings.getFirst().size());
		orders.started.clear();
		for (int i = 0; i < rings.size(); i++) {
			exchange.order(Request.SET_VRING_ADDR, memory.ringAddresses(i, rings.get(i), 0));
			exchange.order(Request.SET_VRING_BASE, Message.u32s(i, RingOrders.availIdx(rings.get(i))));
			orders.call(i);
			orders.kick(i);
			orders.started.add(i);
		}
	}

	@Override
	public int[] stop() throws IOException {
		running = false;
		for (int queue : orders.started)
			orders.enable(queue, 0);
		return orders.bases();
	}

	@Override
	public byte[] readConfig() throws IOException {
		return readFields(0);
	}

	@Override
	public void writeConfig(int offset, byte[] data) throws IOException {
		exchange.order(Request.SET_CONFIG, Exchange.config(offset, WRITABLE, data));
	}
}
