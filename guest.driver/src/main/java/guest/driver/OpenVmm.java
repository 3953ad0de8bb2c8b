package guest.driver;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

import bus.linux.MessageSocket;
import bus.linux.Sockets;

/**
 * What OpenVMM sends. Its own: SET_OWNER after the protocol's features; memory once for the connection, at user
 * addresses that nobody maps; KICK before CALL; each ring enabled as it is set up; the config space in pieces of 4
 * bytes, as if it had 256.
 */
public final class OpenVmm extends FrontEnd {
	private static final long USER_OFFSET = 1L << 52;
	private static final int CLAIMED_CONFIG = 256;
	private static final int CONFIG = 12;
	private static final long PROTOCOL = ProtocolFeature.MQ | ProtocolFeature.REPLY_ACK | ProtocolFeature.CONFIG
			| ProtocolFeature.RESET_DEVICE;

	private final boolean cached;
	private byte[] config = new byte[CLAIMED_CONFIG];
	private boolean memoryShared;

	private OpenVmm(Path socket, int queues, boolean cached) throws IOException {
		super(new MessageSocket(Sockets.connectUnix(socket)),
				FrontEndSettings.qemu(1).withQueues(queues).withProtocolFeatures(PROTOCOL));
		this.cached = cached;
		memory.userOffset(USER_OFFSET);
	}

	public static OpenVmm connect(Path socket, int queues) throws IOException {
		return new OpenVmm(socket, queues, false);
	}

	/**
	 * Revisions that take all features before they know those of the protocol, and read 256 bytes of config space once
	 * for all time.
	 */
	public static OpenVmm connectWithCache(Path socket, int queues) throws IOException {
		return new OpenVmm(socket, queues, true);
	}

	@Override
	public void handshake() throws IOException {
		begin();
		offered = exchange.askU64(Request.GET_FEATURES);
		if (cached)
			exchange.tell(Request.SET_FEATURES, Message.u64(offered | PROTOCOL_FEATURES));
		exchange.tell(Request.SET_PROTOCOL_FEATURES, Message.u64(chooseProtocol()));
		exchange.tell(Request.SET_OWNER, Message.EMPTY);
		checkQueues();
		exchange.acknowledged(has(ProtocolFeature.REPLY_ACK));
		if (cached)
			config = exchange.askConfig(0, CLAIMED_CONFIG, 0);
	}

	@Override
	public void start(long features, List<DriverRing> rings, boolean resume) throws IOException {
		if (!memoryShared)
			memory.shareTable();
		memoryShared = true;
		if (!resume)
			exchange.order(Request.SET_FEATURES, Message.u64(features | PROTOCOL_FEATURES));
		for (int i = 0; i < rings.size(); i++) {
			orders.ring(i, rings.get(i), resume ? orders.bases[i] : rings.get(i).startBase());
			orders.kick(i);
			orders.call(i);
			orders.enable(i, 1);
			orders.started.add(i);
		}
		running = true;
	}

	@Override
	void reset() throws IOException {
		if (has(ProtocolFeature.RESET_DEVICE))
			exchange.order(Request.RESET_DEVICE, Message.EMPTY);
	}

	@Override
	public int[] stop() throws IOException {
		running = false;
		return orders.stopOneByOne();
	}

	@Override
	public byte[] readConfig() throws IOException {
		for (int at = 0; at < CLAIMED_CONFIG && !cached; at += Integer.BYTES)
			System.arraycopy(exchange.askConfig(at, Integer.BYTES, 0), 0, config, at, Integer.BYTES);
		if (!Arrays.equals(config, CONFIG, CLAIMED_CONFIG, new byte[CLAIMED_CONFIG - CONFIG], 0, CLAIMED_CONFIG - CONFIG))
			throw new BackEndException("the config space beyond " + CONFIG + " bytes is not 0: " + Arrays.toString(config));
		return Arrays.copyOf(config, CONFIG);
	}

	@Override
	public void writeConfig(int offset, byte[] data) throws IOException {
		exchange.order(Request.SET_CONFIG, Exchange.config(offset, 0, data));
	}
}
