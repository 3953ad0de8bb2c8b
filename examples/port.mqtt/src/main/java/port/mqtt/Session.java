package port.mqtt;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttActionListener;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.MqttSubscription;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;

import bus.api.GuestPort;

/**
 * The session with the broker, over one connection after the other. One thread connects, one publishes, line by line; Paho's
 * threads bring messages and notices; one more acknowledges, because the bus's thread must not wait for a socket.
 */
final class Session implements MqttCallback, AutoCloseable {
	private static final System.Logger LOG = System.getLogger("port.mqtt");
	/** Messages on their way to the broker: fewer than any broker lets be under way. */
	private static final int UNDER_WAY = 10;
	private static final Duration CONNECT = Duration.ofSeconds(3);
	private static final Duration AGAIN = Duration.ofMillis(200);
	/** How long unplugging waits for what the guest has written. */
	private static final Duration FLUSH = Duration.ofSeconds(2);
	/** The broker keeps what comes for a port that is being updated, or whose host restarts. */
	private static final long EXPIRY_SECONDS = 3600;
	private static final int KEEP_ALIVE_SECONDS = 10;
	private static final long LONGEST_MESSAGE = 64 << 10;
	/** As defined for a subscription: retained messages come with the first one only. */
	private static final int RETAINED_ONCE = 1;

	/** What the configuration says. */
	record Settings(String broker, String client, String topic, String filter, int qos) {
	}

	private final GuestPort guest;
	private final Settings settings;
	private final MqttAsyncClient mqtt;
	private final LineQueue lines = new LineQueue();
	private final Inbox inbox = new Inbox();
	private final Semaphore underWay = new Semaphore(UNDER_WAY);
	private final ExecutorService acknowledging = Executors.newSingleThreadExecutor(Thread.ofVirtual().factory());
	private final CountDownLatch closed = new CountDownLatch(1);
	/** There is no connection any more. */
	private final Semaphore lost = new Semaphore(0);
	private final Thread publisher;
	private final Thread connector;
	private volatile String told = "";

	Session(GuestPort guest, Settings settings) throws MqttException {
		this.guest = guest;
		this.settings = settings;
		mqtt = new MqttAsyncClient(settings.broker, settings.client, new MemoryPersistence());
		mqtt.setManualAcks(true);
		mqtt.setCallback(this);
		publisher = Thread.ofVirtual().start(this::publish);
		connector = Thread.ofVirtual().start(this::connect);
	}

	// ---- what the bus calls: nothing of it waits

	int fromGuest(ByteBuffer data) {
		return settings.topic.isEmpty() ? data.remaining() : lines.put(data);
	}

	int toGuest(ByteBuffer room) {
		return inbox.take(room, message -> {
			if (message.qos() > 0)
				acknowledging.execute(() -> acknowledge(message));
		});
	}

	/** What is not acknowledged because the connection has gone comes again; {@link Inbox} knows it for a while only. */
	private void acknowledge(Inbox.Message message) {
		try {
			mqtt.messageArrivedComplete(message.id(), message.qos());
		} catch (MqttException e) {
			LOG.log(System.Logger.Level.DEBUG, "message " + message.id() + " is not acknowledged: " + e);
		}
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

	/** Until Paho has it; from then on Paho sends it, over the next connection if need be. */
	private void publish(byte[] line) throws InterruptedException {
		underWay.acquire();
		var message = new MqttMessage(line, settings.qos, false, new MqttProperties());
		while (true)
			try {
				mqtt.publish(settings.topic, message, null, new MqttActionListener() {

					@Override
					public void onSuccess(IMqttToken token) {
						underWay.release();
					}

					@Override
					public void onFailure(IMqttToken token, Throwable e) {
						underWay.release();
						tell("a message was not published: " + e);
					}
				});
				return;
			} catch (MqttException e) { // not connected, or too many under way
				pause();
			}
	}

	private void pause() throws InterruptedException {
		if (closed.await(AGAIN.toMillis(), TimeUnit.MILLISECONDS))
			throw new InterruptedException();
	}

	// ---- the connector's thread: Paho's own reconnecting leaves threads behind when it is ended at the wrong moment

	private void connect() {
		var options = new MqttConnectionOptions();
		options.setCleanStart(false);
		options.setSessionExpiryInterval(EXPIRY_SECONDS);
		options.setReceiveMaximum(Inbox.MOST);
		options.setMaximumPacketSize(LONGEST_MESSAGE);
		options.setKeepAliveInterval(KEEP_ALIVE_SECONDS);
		options.setConnectionTimeout((int) CONNECT.toSeconds());
		try {
			while (closed.getCount() > 0) {
				attempt(options);
				lost.acquire();
			}
		} catch (InterruptedException e) {
			Thread.currentThread().interrupt();
		}
	}

	private void attempt(MqttConnectionOptions options) throws InterruptedException {
		try {
			mqtt.connect(options).waitForCompletion();
		} catch (MqttException e) {
			tell("no connection: " + reason(e) + "; the guest waits");
			closed.await(AGAIN.toMillis(), TimeUnit.MILLISECONDS);
			lost.release();
		}
	}

	// ---- Paho's threads

	@Override
	public void connectComplete(boolean again, String broker) {
		tell("connected");
		if (settings.filter.isEmpty())
			return;
		try {
			// not 2: Paho completes those by itself, before the guest has them, and nothing would hold the broker back
			var subscription = new MqttSubscription(settings.filter, Math.min(settings.qos, 1));
			subscription.setRetainHandling(RETAINED_ONCE);
			mqtt.subscribe(subscription); // again too: the broker may have lost the session
		} catch (MqttException e) {
			tell("subscribe=" + settings.filter + ": " + reason(e));
		}
	}

	@Override
	public void messageArrived(String topic, MqttMessage message) {
		inbox.put(Inbox.Message.of(message.getId(), message.getQos(), message.getPayload()));
		guest.readable();
	}

	@Override
	public void disconnected(MqttDisconnectResponse response) {
		if (closed.getCount() > 0)
			tell("connection lost" + (response.getException() == null ? "" : ": " + reason(response.getException()))
					+ "; the guest waits");
		lost.release();
	}

	@Override
	public void mqttErrorOccurred(MqttException e) {
		tell(reason(e));
	}

	@Override
	public void deliveryComplete(IMqttToken token) {
		// each publication has a listener of its own
	}

	@Override
	public void authPacketArrived(int reasonCode, MqttProperties properties) {
		// no such authentication was asked for
	}

	/** The same again and again, such as a broker that is not there yet, is told once. */
	private void tell(String what) {
		if (what.equals(told))
			return;
		told = what;
		LOG.log(System.Logger.Level.INFO, guest.bus() + " port " + guest.id() + " " + guest.name() + ": broker="
				+ settings.broker + ": " + what);
	}

	private static String reason(MqttException e) {
		return e.getCause() == null ? e.getMessage() : e.getCause().getMessage();
	}

	/** Publishes what the guest has written, if the broker takes it in {@link #FLUSH}; the bus has let go of the port. */
	@Override
	public void close() {
		try {
			long deadline = System.nanoTime() + FLUSH.toNanos();
			while (mqtt.isConnected() && isBusy() && System.nanoTime() - deadline < 0)
				TimeUnit.MILLISECONDS.sleep(2);
			closed.countDown();
			publisher.interrupt();
			publisher.join();
			lost.release();
			connector.join(CONNECT.plus(AGAIN));
			acknowledging.shutdown();
			if (!acknowledging.awaitTermination(FLUSH.toMillis(), TimeUnit.MILLISECONDS))
				acknowledging.shutdownNow();
			disconnect();
		} catch (InterruptedException e) {
			Thread.currentThread().interrupt();
		}
		if (inbox.lost() > 0)
			tell(inbox.lost() + " messages of QoS 0 came faster than the guest has read, and were lost");
	}

	private boolean isBusy() {
		return lines.isBusy() || underWay.availablePermits() < UNDER_WAY;
	}

	private void disconnect() {
		try {
			if (mqtt.isConnected())
				mqtt.disconnect(FLUSH.toMillis()).waitForCompletion(FLUSH.toMillis());
			else
				mqtt.disconnectForcibly(0, 0, false);
		} catch (MqttException e) {
			LOG.log(System.Logger.Level.DEBUG, "disconnect: " + e);
		}
		try {
			mqtt.close(true);
		} catch (MqttException e) {
			LOG.log(System.Logger.Level.DEBUG, "close: " + e);
		}
	}
}
