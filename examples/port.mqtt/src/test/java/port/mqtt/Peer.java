package port.mqtt;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttActionListener;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.MqttReturnCode;

import port.testkit.FarEnd;

/** Somebody else at the broker: hears what the guest says, each message a line, and says lines. */
final class Peer implements FarEnd, MqttCallback {
	private static final int UNDER_WAY = 10;

	private final String topic;
	private final int qos;
	private final MqttAsyncClient mqtt;
	private final ConcurrentLinkedQueue<byte[]> heard = new ConcurrentLinkedQueue<>();
	private final ByteArrayOutputStream line = new ByteArrayOutputStream();
	private final AtomicInteger underWay = new AtomicInteger();
	private ByteBuffer reading = ByteBuffer.allocate(0);

	/**
	 * @param clean forgets what came while it was away
	 */
	Peer(String broker, String client, String hears, String says, int qos, boolean clean) throws IOException {
		this.topic = says;
		this.qos = qos;
		try {
			mqtt = new MqttAsyncClient(broker, client, new MemoryPersistence());
			mqtt.setCallback(this);
			var options = new MqttConnectionOptions();
			options.setCleanStart(clean);
			options.setSessionExpiryInterval(clean ? 0L : 600L);
			options.setAutomaticReconnect(true);
			options.setAutomaticReconnectDelay(1, 1);
			mqtt.connect(options).waitForCompletion();
			mqtt.subscribe(hears, qos).waitForCompletion();
		} catch (MqttException e) {
			throw new IOException(e);
		}
	}

	@Override
	public int read(ByteBuffer target) {
		while (!reading.hasRemaining()) {
			var next = heard.poll();
			if (next == null)
				return 0;
			reading = ByteBuffer.wrap(next);
		}
		int count = Math.min(reading.remaining(), target.remaining());
		target.put(reading.slice(reading.position(), count));
		reading.position(reading.position() + count);
		return count;
	}

	/** Up to the end of a line, if it is there. */
	@Override
	public int write(ByteBuffer source) throws IOException {
		if (underWay.get() >= UNDER_WAY)
			return 0;
		int before = source.remaining();
		while (source.hasRemaining()) {
			byte next = source.get();
			if (next == '\n') {
				say(line.toByteArray());
				line.reset();
				break;
			}
			line.write(next);
		}
		return before - source.remaining();
	}

	/** Says a line until somebody hears it, who has subscribed therefore. */
	void sayUntilHeard(String text) throws IOException {
		try {
			IMqttToken said;
			do {
				said = mqtt.publish(topic, text.getBytes(ISO_8859_1), 1, false);
				said.waitForCompletion();
			} while (said.getReasonCodes()[0] == MqttReturnCode.RETURN_CODE_NO_MATCHING_SUBSCRIBERS);
		} catch (MqttException e) {
			throw new IOException(e);
		}
	}

	private void say(byte[] text) throws IOException {
		underWay.incrementAndGet();
		try {
			mqtt.publish(topic, new MqttMessage(text, qos, false, new MqttProperties()), null, new MqttActionListener() {

				@Override
				public void onSuccess(IMqttToken token) {
					underWay.decrementAndGet();
				}

				@Override
				public void onFailure(IMqttToken token, Throwable e) {
					underWay.decrementAndGet();
				}
			});
		} catch (MqttException e) {
			throw new IOException("saying " + new String(text, ISO_8859_1), e);
		}
	}

	boolean isConnected() {
		return mqtt.isConnected();
	}

	@Override
	public void close() {
		try {
			mqtt.disconnectForcibly(0, 200, true);
			mqtt.close(true);
		} catch (MqttException e) {
			System.out.println("the peer does not leave: " + e);
		}
	}

	@Override
	public void messageArrived(String where, MqttMessage message) {
		var text = new byte[message.getPayload().length + 1];
		System.arraycopy(message.getPayload(), 0, text, 0, text.length - 1);
		text[text.length - 1] = '\n';
		heard.add(text);
	}

	@Override
	public void disconnected(MqttDisconnectResponse response) {
		// comes back by itself
	}

	@Override
	public void mqttErrorOccurred(MqttException e) {
		System.out.println("peer: " + e);
	}

	@Override
	public void deliveryComplete(IMqttToken token) {
		// counted where it was said
	}

	@Override
	public void connectComplete(boolean again, String broker) {
		// the session has its subscription
	}

	@Override
	public void authPacketArrived(int reasonCode, MqttProperties properties) {
		// no such authentication was asked for
	}
}
