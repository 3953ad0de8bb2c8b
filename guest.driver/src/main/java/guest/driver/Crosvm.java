package guest.driver;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

import bus.linux.MessageSocket;
import bus.linux.Sockets;

/**
 * What crosvm sends. Its own: GET_QUEUE_NUM decides how many queues there are; packed rings do not get through; REPLY_ACK
 * is taken and never used; SET_FEATURES when the driver has chosen, all else of the rings only when it is ready, each
 * enabled as it is set up; a snapshot takes the device's state along, which is loaded after the memory is known.
 */
public final class Crosvm extends FrontEnd {
	private static final long PROTOCOL = ProtocolFeature.CONFIG | ProtocolFeature.MQ | ProtocolFeature.BACKEND_REQ
			| ProtocolFeature.REPLY_ACK | ProtocolFeature.DEVICE_STATE;
	private static final int WRITABLE = 1;
	private static final int NONE_YET = 0;

	private Crosvm(Path socket) throws IOException {
		super(new MessageSocket(Sockets.connectUnix(socket)), FrontEndSettings.qemu(1).withQueues(NONE_YET)
				.withQueueSize(256).withProtocolFeatures(PROTOCOL));
	}

	public static Crosvm connect(Path socket) throws IOException {
		return new Crosvm(socket);
	}

	@Override
	public void handshake() throws IOException {
		begin();
		exchange.tell(Request.SET_OWNER, Message.EMPTY);
		offered = exchange.askU64(Request.GET_FEATURES) & ~VirtioFeature.RING_PACKED;
		exchange.tell(Request.SET_PROTOCOL_FEATURES, Message.u64(chooseProtocol()));
		if (has(ProtocolFeature.BACKEND_REQ))
			openBackEndChannel();
		checkQueues();
		orders.queues(Math.toIntExact(backEndQueues));
	}

	@Override
	void accept(long features) throws IOException {
		exchange.tell(Request.SET_FEATURES, Message.u64(features | PROTOCOL_FEATURES));
	}

	@Override
	public void start(long features, List<DriverRing> rings, boolean resume) throws IOException {
		memory.shareTable();
		for (int i = 0; i < rings.size(); i++) {
			orders.ring(i, rings.get(i), resume ? orders.bases[i] : rings.get(i).startBase());
			orders.call(i);
			orders.kick(i);
			orders.enable(i, 1);
			orders.started.add(i);
		}
		running = true;
	}

	@Override
	public void loadState(byte[] state) throws IOException {
		memory.shareTable();
		super.loadState(state);
	}

	@Override
	public int[] stop() throws IOException {
		running = false;
		return orders.stopOneByOne();
	}

	@Override
	public byte[] readConfig() throws IOException {
		return readFields(WRITABLE);
	}

	@Override
	public void writeConfig(int offset, byte[] data) throws IOException {
		exchange.order(Request.SET_CONFIG, Exchange.config(offset, 0, data));
	}
}
