package port.mqtt;

import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.lifecycle.MqttClientConnectedContext;
import com.hivemq.client.mqtt.lifecycle.MqttClientDisconnectedContext;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.lifecycle.Mqtt5ClientDisconnectedContext;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5RetainHandling;

import bus.api.GuestPort;

/**
 * The session with the broker, over one connection after the other. A thread of its own publishes, line by line; the
 * client's threads bring messages and notices, and connect again.
 */
final class Session implements AutoCloseable {
	private static final System.Logger LOG = System.getLogger("port.mqtt");
	/** Messages on their way to the broker: fewer than any broker lets be under way. */
	private static final int UNDER_WAY = 10;
	private static final Duration AGAIN = Duration.ofMillis(200);
	private static final Duration LATEST_AGAIN = Duration.ofSeconds(2);
	/** How long unplugging waits for what the guest has written, and then for the broker's farewell. */
	private static final Duration FLUSH = Duration.ofSeconds(2);
	/** The broker keeps what comes for a port that is being updated, or whose host restarts. */
	private static final long EXPIRY_SECONDS = 3600;
	private static final int KEEP_ALIVE_SECONDS = 10;
	private static final int LONGEST_MESSAGE = 64 << 10;

	/** What the configuration says. */
	record Settings(URI broker, String client, String topic, String filter, int qos) {
	}

	private final GuestPort guest;
	private final Settings settings;
	private final Mqtt5AsyncClient mqtt;
	private final LineQueue lines = new LineQueue();
	private final Inbox inbox = new Inbox();
	private final Semaphore underWay = new Semaphore(UNDER_WAY);
	private final CountDownLatch closed = new CountDownLatch(1);
	private final Thread publisher;
	private volatile String told = "";

	Session(GuestPort guest, Settings settings) {
		this.guest = guest;
		this.settings = settings;
		var builder = Mqtt5Client.builder().identifier(settings.client).serverHost(settings.broker.getHost())
				.serverPort(settings.broker.getPort()).addConnectedListener(this::connected)
				.addDisconnectedListener(this::disconnected).automaticReconnect()
				.initialDelay(AGAIN.toMillis(), TimeUnit.MILLISECONDS)
				.maxDelay(LATEST_AGAIN.toMillis(), TimeUnit.MILLISECONDS).applyAutomaticReconnect();
		mqtt = (settings.broker.getScheme().equals("ssl") ? builder.sslWithDefaultConfig() : builder).buildAsync();
		mqtt.publishes(MqttGlobalPublishFilter.ALL, this::arrived, true);
		mqtt.connectWith().cleanStart(false).sessionExpiryInterval(EXPIRY_SECONDS).keepAlive(KEEP_ALIVE_SECONDS)
				.restrictions().receiveMaximum(Inbox.MOST).maximumPacketSize(LONGEST_MESSAGE).applyRestrictions().send();
		publisher = Thread.ofVirtual().start(this::publish);
	}

	// ---- what the bus calls: nothing of it waits

	int fromGuest(ByteBuffer data) {
		return settings.topic.isEmpty() ? data.remaining() : lines.put(data);
	}

	int toGuest(ByteBuffer room) {
		return inbox.take(room);
	}

	// ---- the publisher's thread

	private void publish() {
		try {
			while (true) {
				var line = lines.take();
				guest.writable();
				publish(line);
				lines.done();
			}
		} catch (InterruptedException e) {
			// the port was unplugged
		}
	}

	/** Until the client has it; from then on the client sends it, over the next connection if need be. */
	private void publish(byte[] line) throws InterruptedException {
		underWay.acquire();
		while (!mqtt.getState().isConnectedOrReconnect())
			if (closed.await(AGAIN.toMillis(), TimeUnit.MILLISECONDS))
				throw new InterruptedException();
		mqtt.publishWith().topic(settings.topic).qos(MqttQos.fromCode(settings.qos)).payload(line).send()
				.whenComplete((result, failure) -> {
					underWay.release();
					if (failure != null)
						tell("a line was not published: " + failure.getMessage());
				});
	}

	// ---- the client's threads

	private void connected(MqttClientConnectedContext context) {
		if (closed.getCount() == 0) {
			mqtt.disconnect();
			return;
		}
		tell("connected");
		if (!settings.filter.isEmpty())
			mqtt.subscribeWith().topicFilter(settings.filter).qos(MqttQos.fromCode(settings.qos))
					.retainHandling(Mqtt5RetainHandling.SEND_IF_SUBSCRIPTION_DOES_NOT_EXIST).send()
					.whenComplete((answer, failure) -> {
						if (failure != null)
							tell("subscribe=" + settings.filter + ": " + failure.getMessage());
					});
	}

	private void disconnected(MqttClientDisconnectedContext context) {
		var reconnector = ((Mqtt5ClientDisconnectedContext) context).getReconnector();
		if (closed.getCount() == 0) {
			reconnector.reconnect(false);
			return;
		}
		reconnector.republishIfSessionExpired(true); // a broker that has lost its memory gets what it has not confirmed
		var cause = context.getCause().getCause() == null ? context.getCause() : context.getCause().getCause();
		tell("no connection: " + cause.getMessage() + "; the guest waits");
	}

	private void arrived(Mqtt5Publish message) {
		inbox.put(message.getPayloadAsBytes(), message.getQos() == MqttQos.AT_MOST_ONCE ? null : message::acknowledge);
		guest.readable();
	}

	/** The same again and again, such as a broker that is not there yet, is told once. */
	private void tell(String what) {
		if (what.equals(told))
			return;
		told = what;
		LOG.log(System.Logger.Level.INFO, guest.bus() + " port " + guest.id() + " " + guest.name() + ": broker="
				+ settings.broker + ": " + what);
	}

	/**
	 * Publishes what the guest has written, if the broker takes it in {@link #FLUSH}; the bus has let go of the port.
	 */
	@Override
	public void close() {
		try {
			long deadline = System.nanoTime() + FLUSH.toNanos();
			while (mqtt.getState().isConnected() && isBusy() && System.nanoTime() - deadline < 0)
				TimeUnit.MILLISECONDS.sleep(2);
			closed.countDown();
			publisher.interrupt();
			publisher.join();
			mqtt.disconnect().get(FLUSH.toMillis(), TimeUnit.MILLISECONDS);
		} catch (ExecutionException | TimeoutException e) {
			LOG.log(System.Logger.Level.DEBUG, "broker=" + settings.broker + " did not say farewell: " + e);
		} catch (InterruptedException e) {
			Thread.currentThread().interrupt();
		}
		if (inbox.lost() > 0)
			tell(inbox.lost() + " messages of QoS 0 came faster than the guest has read, and were lost");
	}

	private boolean isBusy() {
		return lines.isBusy() || underWay.availablePermits() < UNDER_WAY;
	}
}
