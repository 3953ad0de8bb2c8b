package port.socket;

import static org.osgi.service.component.annotations.ConfigurationPolicy.REQUIRE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

import bus.api.GuestPort;
import bus.api.HostPort;
import bus.api.PortType;
import port.endpoint.Address;

/**
 * A socket of the host that leads to a port of the guest: {@link Entrance} is where clients come from, {@link Way} how
 * bytes go between them and the guest. Everything but plugging and unplugging happens on the loop.
 */
@Component(configurationPid = "port.socket", configurationPolicy = REQUIRE, service = HostPort.class)
@PortType("socket")
@Designate(ocd = SocketPort.Config.class, factory = true)
public final class SocketPort implements HostPort {

	/** The keys of {@code port.socket-LABEL.cfg}. */
	@ObjectClassDefinition(id = "port.socket", name = "Port type socket",
			description = "A UNIX, TCP, TLS or vsock socket on the host that leads to a port of the guest")
	public @interface Config {

		@AttributeDefinition(description = "NAME of the bus to plug into, as in bus.vhostuser-NAME.cfg")
		String bus();

		@AttributeDefinition(description = "the NAME that the guest sees, for instance org.example.x", required = false)
		String name() default "";

		@AttributeDefinition(description = "a port number, 1 to 126; without it the lowest free one", required = false)
		int id() default -1;

		@AttributeDefinition(description = Address.ALLOWED + "; or else connect", required = false)
		String listen() default "";

		@AttributeDefinition(description = Address.ALLOWED + "; or else listen", required = false)
		String connect() default "";

		@AttributeDefinition(description = "a PEM file with the certificate to show, for tls:", required = false)
		String cert() default "";

		@AttributeDefinition(description = "a PEM file with the certificate's private key, for tls:", required = false)
		String key() default "";

		@AttributeDefinition(description = "a PEM file with the authorities whose certificates are believed, for tls:;"
				+ " with listen a client must have one", required = false)
		String ca() default "";

		@AttributeDefinition(description = "who may come: uid:NUMBER or user:NAME with unix:, name:NAME, which is in the"
				+ " certificate, with tls:; several with commas", required = false)
		String[] allow() default {};

		@AttributeDefinition(description = "what becomes of a client while there is one: wait, refuse, takeover or fanout",
				options = { @Option("wait"), @Option("refuse"), @Option("takeover"), @Option("fanout") },
				required = false)
		String clients() default "wait";

		@AttributeDefinition(description = "how many clients at once with clients=fanout, 1 to 256; the next one waits",
				min = "1", max = "256", required = false)
		int max__clients() default 16;

		@AttributeDefinition(description = "what becomes of a client that does not read, with clients=fanout: drop or hold",
				options = { @Option("drop"), @Option("hold") }, required = false)
		String slow() default "drop";

		@AttributeDefinition(description = "seconds, 1 to 3600, in which a client takes nothing until slow=drop drops it",
				min = "1", max = "3600", required = false)
		int slow__seconds() default 5;

		@AttributeDefinition(description = "the port while there is no client: closed, hold (open, and the guest waits),"
				+ " discard or buffer", options = { @Option("closed"), @Option("hold"), @Option("discard"),
						@Option("buffer") }, required = false)
		String absent() default "closed";

		@AttributeDefinition(description = "bytes, 1 to 16777216, of which absent=buffer keeps the last ones", min = "1",
				max = "16777216", required = false)
		int buffer() default 65536;

		@AttributeDefinition(description = "seconds, 0 to 3600, of the longest pause before connecting again; 0: never",
				min = "0", max = "3600", required = false)
		int reconnect() default 10;

		@AttributeDefinition(description = "on or off: with TCP each piece is sent at once",
				options = { @Option("on"), @Option("off") }, required = false)
		String nodelay() default "on";

		@AttributeDefinition(description = "seconds, 0 to 32767, of silence after which TCP asks whether the client is"
				+ " still there; 0: never", min = "0", max = "32767", required = false)
		int keepalive() default 60;
	}

	private static final System.Logger LOG = System.getLogger("port.socket");

	private final Config config;
	private GuestPort guest;
	private Entrance entrance;
	/** Also asked by {@link #figures}, on any thread. */
	private volatile Way way;

	@Activate
	public SocketPort(Config config) {
		this.config = config;
	}

	@Override
	public void plugged(GuestPort guest) throws IOException {
		this.guest = guest;
		var settings = Settings.of(config);
		var next = settings.attaches() ? new Attached(guest, settings) : new Hub(guest, settings);
		entrance = Entrance.open(guest, settings, next::arrived);
		LOG.log(System.Logger.Level.INFO, guest.bus() + " port " + guest.id() + " " + guest.name() + ": "
				+ (settings.connects() ? "connecting to " : "listening on ") + entrance.address());
		way = next; // before it begins: a client of the instance before may have gone already
		next.begin(entrance);
	}

	@Override
	public int guestData(ByteBuffer data) {
		return way.guestData(data);
	}

	@Override
	public int hostData(ByteBuffer room) {
		return way.hostData(room);
	}

	@Override
	public void hangup() {
		way.hangup();
	}

	@Override
	public void guestClosed() {
		way.guestClosed();
	}

	@Override
	public Map<String, Object> figures() {
		var figures = new LinkedHashMap<String, Object>();
		var now = way;
		if (now != null) {
			figures.putAll(now.figures());
			figures.putAll(entrance.figures());
		}
		return figures;
	}

	@Override
	public void unplugged() {
		way.end();
		entrance.close();
	}
}
