package port.mqtt;

import static org.osgi.service.component.annotations.ConfigurationPolicy.REQUIRE;

import java.net.URI;
import java.nio.ByteBuffer;
import java.util.Set;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

import bus.api.GuestPort;
import bus.api.HostPort;
import bus.api.PortType;

/**
 * A port to topics of an MQTT broker. It is open to the guest from the beginning, broker or no broker: what cannot be
 * published waits, in the end in the guest's own buffers.
 */
@Component(configurationPid = "port.mqtt", configurationPolicy = REQUIRE, service = HostPort.class)
@PortType("mqtt")
@Designate(ocd = MqttPort.Config.class, factory = true)
public final class MqttPort implements HostPort {
	private static final String BROKER = "tcp://HOST:PORT or ssl://HOST:PORT";
	private static final String TOPIC = "a topic without + and #, for instance guests/vm1/out";
	private static final String FILTER = "a topic, + and # allowed, for instance guests/vm1/in";
	private static final String QOS = "0 (at most once), 1 (at least once), 2 (exactly once)";
	private static final Set<String> SCHEMES = Set.of("tcp", "ssl");
	/** Of MQTT, for any string. */
	private static final int LONGEST = 65_535;

	/** The keys of {@code port.mqtt-LABEL.cfg}. A description is shown to the user after "allowed: ". */
	@ObjectClassDefinition(id = "port.mqtt", name = "Port type mqtt",
			description = "Lines of a guest to an MQTT broker, and messages to the guest")
	public @interface Config {

		@AttributeDefinition(description = "NAME of the bus to plug into, as in bus.vhostuser-NAME.cfg")
		String bus();

		@AttributeDefinition(description = "the NAME that the guest sees", required = false)
		String name() default "";

		@AttributeDefinition(description = "a port number, 1 to 126; without it the lowest free one", required = false)
		int id() default -1;

		@AttributeDefinition(description = BROKER)
		String broker();

		@AttributeDefinition(description = TOPIC + "; without it what the guest writes is discarded", required = false)
		String topic() default "";

		@AttributeDefinition(description = FILTER + "; without it nothing comes to the guest", required = false)
		String subscribe() default "";

		@AttributeDefinition(description = QOS, required = false)
		int qos() default 1;

		@AttributeDefinition(description = "the client id, unique at the broker; without it vport-BUS-NUMBER",
				required = false)
		String client() default "";
	}

	private final Config config;
	private Session session;

	@Activate
	public MqttPort(Config config) {
		this.config = config;
	}

	@Override
	public void plugged(GuestPort guest) {
		check("broker", config.broker(), isBroker(config.broker().strip()), BROKER);
		check("topic", config.topic(), !config.topic().matches(".*[+#\\x00].*") && isShort(config.topic()), TOPIC);
		check("subscribe", config.subscribe(), isFilter(config.subscribe()), FILTER);
		check("qos", Integer.toString(config.qos()), config.qos() >= 0 && config.qos() <= 2, QOS);
		if (config.topic().isEmpty() && config.subscribe().isEmpty())
			throw new IllegalArgumentException("topic= and subscribe= are both missing; allowed: one of them or both");
		String client = config.client().isBlank() ? "vport-" + guest.bus() + "-" + guest.id() : config.client().strip();
		session = new Session(guest, new Session.Settings(URI.create(config.broker().strip()), client, config.topic(),
				config.subscribe(), config.qos()));
		guest.open();
	}

	private static void check(String key, String value, boolean good, String allowed) {
		if (!good)
			throw new IllegalArgumentException(key + "=" + value + "; allowed: " + allowed);
	}

	private static boolean isBroker(String broker) {
		try {
			var uri = URI.create(broker);
			return uri.getScheme() != null && SCHEMES.contains(uri.getScheme()) && uri.getHost() != null
					&& uri.getPort() > 0 && uri.getPath().isEmpty();
		} catch (IllegalArgumentException e) {
			return false;
		}
	}

	/** Section 4.7.1 of MQTT 5: # is a level of its own and the last one, + a level of its own. */
	private static boolean isFilter(String filter) {
		return isShort(filter) && filter.matches("([^+#\\x00/]*|\\+)(/([^+#\\x00/]*|\\+))*(/#)?|#");
	}

	private static boolean isShort(String text) {
		return text.length() < LONGEST / 3; // of UTF-8
	}

	@Override
	public int guestData(ByteBuffer data) {
		return session.fromGuest(data);
	}

	@Override
	public int hostData(ByteBuffer room) {
		return session.toGuest(room);
	}

	@Override
	public void unplugged() {
		session.close();
	}
}
