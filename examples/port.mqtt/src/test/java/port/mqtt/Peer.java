package port.mqtt;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult.Mqtt5Qos1Result;
import com.hivemq.client.mqtt.mqtt5.message.publish.puback.Mqtt5PubAckReasonCode;

import port.testkit.FarEnd;

/** Somebody else at the broker: hears what the guest says, each message a line, and says lines. */
final class Peer implements FarEnd {
	private static final int UNDER_WAY = 10;

	private final String topic;
	private final MqttQos qos;
	private final Mqtt5AsyncClient mqtt;
	private final ConcurrentLinkedQueue<byte[]> heard = new ConcurrentLinkedQueue<>();
	private final ByteArrayOutputStream line = new ByteArrayOutputStream();
	private final AtomicInteger underWay = new AtomicInteger();
	private ByteBuffer reading = ByteBuffer.allocate(0);

	Peer(String host, int port, String hears, String says, int qos) {
		this.topic = says;
		this.qos = MqttQos.fromCode(qos);
		mqtt = Mqtt5Client.builder().identifier("peer-" + UUID.randomUUID()).serverHost(host).serverPort(port)
				.automaticReconnect().initialDelay(100, TimeUnit.MILLISECONDS).maxDelay(500, TimeUnit.MILLISECONDS)
				.applyAutomaticReconnect().buildAsync();
		mqtt.publishes(MqttGlobalPublishFilter.ALL, message -> heard.add(line(message.getPayloadAsBytes())));
		mqtt.connectWith().cleanStart(false).sessionExpiryInterval(600).send().join();
		mqtt.subscribeWith().topicFilter(hears).qos(this.qos).send().join();
	}

	private static byte[] line(byte[] payload) {
		var line = Arrays.copyOf(payload, payload.length + 1);
		line[payload.length] = '\n';
		return line;
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
	public int write(ByteBuffer source) {
		if (underWay.get() >= UNDER_WAY)
			return 0;
		int before = source.remaining();
		while (source.hasRemaining()) {
			byte next = source.get();
			if (next == '\n') {
				underWay.incrementAndGet();
				mqtt.publishWith().topic(topic).qos(qos).payload(line.toByteArray()).send()
						.whenComplete((result, failure) -> underWay.decrementAndGet());
				line.reset();
				break;
			}
			line.write(next);
		}
		return before - source.remaining();
	}

	/** Says a line until somebody hears it, who has subscribed therefore. */
	void sayUntilHeard(String text) {
		Mqtt5PubAckReasonCode answer;
		do {
			var result = (Mqtt5Qos1Result) mqtt.publishWith().topic(topic).qos(MqttQos.AT_LEAST_ONCE)
					.payload(text.getBytes(StandardCharsets.US_ASCII)).send().join();
			answer = result.getPubAck().getReasonCode();
		} while (answer == Mqtt5PubAckReasonCode.NO_MATCHING_SUBSCRIBERS);
	}

	@Override
	public void close() {
		try {
			mqtt.disconnect().join();
		} catch (CompletionException e) {
			System.out.println("the peer does not leave: " + e);
		}
	}
}
