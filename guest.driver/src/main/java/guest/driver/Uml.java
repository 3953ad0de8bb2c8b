package guest.driver;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import bus.linux.MessageSocket;
import bus.linux.Sockets;

/**
 * What user-mode Linux sends (arch/um/drivers/virtio_uml.c). Its own: an acknowledgement for all that has no answer, even
 * SET_PROTOCOL_FEATURES; pipes for calls and for the back-end's channel, blocking eventfds for kicks; one memory region
 * that does not begin at 0 and has the same address everywhere, in a table with room for two; the config space read from
 * 0 up to what is wanted; the end of a driver is ENABLE 0 in reverse and a GET_FEATURES to be sure.
 */
public final class Uml extends FrontEnd {
	/** Before it is the kernel's own image, which is in no file. */
	private static final long FIRST_ADDRESS = 0x62b000;
	private static final int UP_TO_MAX_PORTS = 8;
	/** Of packed rings too, although there it says that both wrap counters are 0. */
	private static final int BASE = 0;

	private Uml(Path socket, int queues) throws IOException {
		super(new MessageSocket(Sockets.connectUnix(socket)), FrontEndSettings.uml(1).withQueues(queues)
				.withQueueSize(256), FIRST_ADDRESS, FIRST_ADDRESS);
		memory.userOffset(0);
		memory.leastEntries(2);
		var lines = new ArrayList<QueueLines>();
		for (var pipe : Pipe.create(queues))
			lines.add(new QueueLines(EventCounter.blocking(), new EventCounter(pipe), new EventCounter()));
		orders.replaceLines(lines);
	}

	/**
	 * @param queues as many as the guest's driver will ask for at most; the back-end is not told
	 */
	public static Uml connect(Path socket, int queues) throws IOException {
		return new Uml(socket, queues);
	}

	@Override
	public void handshake() throws IOException {
		begin();
		exchange.tell(Request.SET_OWNER, Message.EMPTY);
		offered = exchange.askU64(Request.GET_FEATURES);
		long protocol = chooseProtocol();
		exchange.acknowledged(has(ProtocolFeature.REPLY_ACK));
		exchange.order(Request.SET_PROTOCOL_FEATURES, Message.u64(protocol));
		if (has(ProtocolFeature.BACKEND_REQ))
			openBackEndChannel();
	}

	@Override
	BackEndRequests makeBackEndChannel() throws IOException {
		return BackEndRequests.pipe(exchange, Pipe.create(1).getFirst());
	}

	@Override
	void accept(long features) throws IOException {
		exchange.order(Request.SET_FEATURES, Message.u64(features | PROTOCOL_FEATURES));
	}

	@Override
	public void start(long features, List<DriverRing> rings, boolean resume) throws IOException {
		if (resume)
			throw new UnsupportedOperationException("user-mode Linux does not pause");
		memory.shareTable();
		orders.started.clear();
		for (int i = 0; i < rings.size(); i++) {
			orders.call(i);
			exchange.order(Request.SET_VRING_NUM, Message.u32s(i, rings.get(i).size()));
			exchange.order(Request.SET_VRING_BASE, Message.u32s(i, BASE));
			exchange.order(Request.SET_VRING_ADDR, memory.ringAddresses(i, rings.get(i), -1));
			orders.started.add(i);
		}
		for (int queue : orders.started) {
			orders.kick(queue);
			orders.enable(queue, 1);
		}
		running = true;
	}

	@Override
	public int[] stop() throws IOException {
		running = false;
		for (int queue : orders.started.reversed())
			orders.enable(queue, 0);
		exchange.askU64(Request.GET_FEATURES);
		return orders.bases();
	}

	@Override
	public byte[] readConfig() throws IOException {
		return exchange.askConfig(0, UP_TO_MAX_PORTS, 0);
	}

	@Override
	public void writeConfig(int offset, byte[] data) throws IOException {
		exchange.order(Request.SET_CONFIG, Exchange.config(offset, 0, data));
	}
}
