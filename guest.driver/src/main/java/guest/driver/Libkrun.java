package guest.driver;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import bus.linux.LinuxException;
import bus.linux.MessageSocket;
import bus.linux.Sockets;

/**
 * What libkrun sends. Its own: nothing is acknowledged; SET_OWNER whenever the driver starts; memory before features;
 * queues of different sizes; one call for all of them; reset is ENABLE 0 alone, and there is no pause.
 */
public final class Libkrun extends FrontEnd {
	private static final int DEFAULT_SIZE = 256;
	/** Of packed rings too, although there it says that both wrap counters are 0. */
	private static final int BASE = 0;

	private final int[] sizes;

	private Libkrun(Path socket, int... sizes) throws IOException {
		super(new MessageSocket(Sockets.connectUnix(socket)), FrontEndSettings.qemu(1).withQueues(sizes.length)
				.withProtocolFeatures(ProtocolFeature.CONFIG | ProtocolFeature.MQ));
		this.sizes = sizes;
	}

	/** Asks the back-end for the number of queues, as {@code num_queues} 0 does. */
	public static Libkrun connect(Path socket) throws IOException {
		return new Libkrun(socket);
	}

	/** With {@code num_queues} 4 and {@code queue_sizes} as its example chroot_vm has them. */
	public static Libkrun connectWithFourQueues(Path socket) throws IOException {
		return new Libkrun(socket, 128, 128, 64, 64);
	}

	@Override
	int queueSize(int queue) {
		return queue < sizes.length ? sizes[queue] : DEFAULT_SIZE;
	}

	@Override
	public void handshake() throws IOException {
		begin();
		offered = exchange.askU64(Request.GET_FEATURES);
		exchange.tell(Request.SET_PROTOCOL_FEATURES, Message.u64(chooseProtocol()));
		if (sizes.length == 0) {
			checkQueues();
			orders.queues(Math.toIntExact(backEndQueues));
		}
		shareOneCall();
	}

	private void shareOneCall() throws LinuxException {
		var call = new EventCounter();
		var all = new ArrayList<QueueLines>();
		for (int i = 0; i < queues(); i++)
			all.add(new QueueLines(new EventCounter(), call, new EventCounter()));
		orders.replaceLines(all);
	}

	@Override
	public void start(long features, List<DriverRing> rings, boolean resume) throws IOException {
		if (resume)
			throw new UnsupportedOperationException("libkrun does not pause");
		exchange.tell(Request.SET_OWNER, Message.EMPTY);
		memory.shareTable();
		exchange.tell(Request.SET_FEATURES, Message.u64(features | PROTOCOL_FEATURES));
		for (int i = 0; i < rings.size(); i++) {
			orders.ring(i, rings.get(i), BASE);
			orders.kick(i);
			orders.call(i);
			orders.enable(i, 1);
		}
		running = true;
	}

	@Override
	public int[] stop() throws IOException {
		running = false;
		for (int i = 0; i < queues(); i++)
			orders.enable(i, 0);
		return orders.bases();
	}

	@Override
	public byte[] readConfig() throws IOException {
		return readFields(0);
	}

	@Override
	public void writeConfig(int offset, byte[] data) throws IOException {
		exchange.order(Request.SET_CONFIG, Exchange.config(offset, 0, data));
	}
}
