package port.guestagent.engine;

import static org.osgi.service.component.annotations.ConfigurationPolicy.REQUIRE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceFactory;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

import bus.api.GuestPort;
import bus.api.HostPort;
import bus.api.PortType;
import port.endpoint.Access;
import port.guestagent.GuestAgent;

/**
 * The port that a guest agent listens at. The loop only moves bytes into and out of {@link Wire}; {@link Engine} does
 * the talking on the port's own thread, while the port is plugged. Beside this {@link HostPort} service there is a
 * {@link GuestAgent} service for as long as the configuration is there, so that "not plugged" is an answer, too.
 */
@Component(configurationPid = "port.guestagent", configurationPolicy = REQUIRE, service = HostPort.class,
		immediate = true)
@PortType("guestagent")
@Capability(namespace = "osgi.service", attribute = "objectClass:List<String>='port.guestagent.GuestAgent'")
@Designate(ocd = GuestAgentPort.Config.class, factory = true)
public final class GuestAgentPort implements HostPort {

	/** The keys of {@code port.guestagent-LABEL.cfg}. */
	@ObjectClassDefinition(id = "port.guestagent", name = "Port type guestagent",
			description = "The QEMU guest agent of a guest, shared by any number of clients")
	public @interface Config {

		@AttributeDefinition(description = "NAME of the bus to plug into, as in bus.vhostuser-NAME.cfg")
		String bus();

		@AttributeDefinition(description = "the NAME that the guest's agent listens at", required = false)
		String name() default "org.qemu.guest_agent.0";

		@AttributeDefinition(description = "a port number, 1 to 126; without it the lowest free one", required = false)
		int id() default -1;

		@AttributeDefinition(description = "seconds that a call may take unless its caller says otherwise, 1 to 86400",
				min = "1", max = "86400", required = false)
		int timeout() default 5;

		@AttributeDefinition(required = false, min = "0", max = "86400",
				description = "seconds after which file systems that somebody left frozen are thawed, 1 to 86400;"
						+ " 0 for never")
		int thaw__after() default 60;

		@AttributeDefinition(description = "seconds without an answer after which the agent is asked whether it is"
				+ " there, 1 to 86400; 0 for never", min = "0", max = "86400", required = false)
		int ping() default 0;

		@AttributeDefinition(description = "calls of one client that may wait, 1 to 4096", min = "1", max = "4096",
				required = false)
		int queue() default 32;

		@AttributeDefinition(description = "MiB that one answer of the agent may have, 1 to 1024",
				min = "1", max = "1024", required = false)
		int max__reply() default 72;

		@AttributeDefinition(required = false,
				description = "where programs find the agent as they would find QEMU's: unix:PATH, unix:@NAME with allow=,"
						+ " or tls:HOST:PORT with cert=, key= and ca=; nowhere if empty")
		String listen() default "";

		@AttributeDefinition(required = false,
				description = "who may come there, separated by commas: uid:1000, user:alice; name:ops.example.org with TLS")
		String allow() default "";

		@AttributeDefinition(description = "PEM file with the certificate to show there, for TLS", required = false)
		String cert() default "";

		@AttributeDefinition(description = "PEM file with its private key", required = false)
		String key() default "";

		@AttributeDefinition(description = "PEM file with the authorities whose certificates clients must have",
				required = false)
		String ca() default "";
	}

	private static final System.Logger LOG = System.getLogger("port.guestagent");
	private static final int MIB = 1 << 20;
	private static final int MOST_MIB = 1024;

	private final Config config;
	private final Wire wire = new Wire();
	private final Engine engine;
	private ServiceRegistration<?> registration;
	/** Null if nobody wants it. */
	private volatile RawSocket socket;

	/** Without a framework nobody is told of the agent. */
	GuestAgentPort(Config config) {
		this.config = config;
		engine = new Engine(wire, new Settings(Duration.ofSeconds(config.timeout()),
				Duration.ofSeconds(config.thaw__after()), Duration.ofSeconds(config.ping()), config.queue(),
				config.max__reply() * MIB), System::nanoTime);
	}

	@Activate
	public GuestAgentPort(Config config, BundleContext context, Map<String, Object> properties) {
		this(config);
		registration = context.registerService(GuestAgent.class.getName(), new Views(engine), described(properties));
	}

	/** What a client looks for; the PID itself stands for one service, the port's. */
	private static Hashtable<String, Object> described(Map<String, Object> properties) {
		var described = new Hashtable<String, Object>();
		for (var key : List.of("bus", "name", "id"))
			if (properties.get(key) != null)
				described.put(key, properties.get(key));
		var pid = String.valueOf(properties.get("service.pid"));
		described.put("port.pid", pid);
		described.put("label", pid.substring(pid.indexOf('~') + 1));
		return described;
	}

	@Deactivate
	void deactivate() {
		registration.unregister();
	}

	@Override
	public void plugged(GuestPort guest) throws IOException {
		if (config.max__reply() < 1 || config.max__reply() > MOST_MIB)
			throw new IllegalArgumentException("max_reply=" + config.max__reply() + "; allowed: 1 to " + MOST_MIB);
		if (!config.listen().isBlank())
			socket = new RawSocket(guest, config.listen(),
					Access.of(config.cert(), config.key(), config.ca(), config.allow()), config.ca(), config.allow(),
					this::rawClient);
		wire.plugged(guest);
		engine.start(guest.bus() + " port " + guest.id() + " " + guest.name());
		guest.open();
		if (socket != null) {
			LOG.log(System.Logger.Level.INFO,
					guest.bus() + " port " + guest.id() + " " + guest.name() + ": listening on " + socket.address());
			socket.open();
		}
	}

	@Override
	public int guestData(ByteBuffer data) {
		return wire.take(data);
	}

	@Override
	public int hostData(ByteBuffer room) {
		return wire.give(room);
	}

	@Override
	public void guestOpened() {
		wire.opened();
	}

	@Override
	public void guestClosed() {
		wire.closed();
	}

	@Override
	public void running(boolean running) {
		wire.running(running);
	}

	@Override
	public Map<String, Object> figures() {
		var figures = engine.figures();
		if (socket instanceof RawSocket raw)
			figures.put("at the socket", raw.connected());
		return figures;
	}

	@Override
	public void unplugged() {
		wire.unplugged();
		engine.join();
		if (socket != null)
			socket.close();
	}

	/** The agent, for a client of that name. */
	GuestAgent agent(String client) {
		return Views.of(engine, client);
	}

	/** A client that speaks the agent's own protocol; see {@link RawClient}. */
	RawClient rawClient(String name, Consumer<ByteBuffer> replies) {
		return new RawClient(engine, name, replies);
	}

	/** Each bundle is a client of its own, unless it says otherwise. */
	private record Views(Engine engine) implements ServiceFactory<GuestAgent> {

		static GuestAgent of(Engine engine, String client) {
			return new AgentView(new Calls(engine, client, engine.settings().timeout()));
		}

		@Override
		public GuestAgent getService(Bundle bundle, ServiceRegistration<GuestAgent> registration) {
			return of(engine, bundle.getSymbolicName());
		}

		@Override
		public void ungetService(Bundle bundle, ServiceRegistration<GuestAgent> registration, GuestAgent service) {
			// its calls end by their deadlines
		}
	}
}
