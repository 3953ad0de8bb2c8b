package port.socket;

import static org.osgi.service.component.annotations.ConfigurationPolicy.REQUIRE;

import java.io.IOException;
import java.nio.ByteBuffer;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

import bus.api.GuestPort;
import bus.api.HostPort;
import bus.api.PortType;
import port.endpoint.Address;
import port.endpoint.Connection;
import port.endpoint.Listener;

/**
 * A listening socket, one client at a time. The port is open to the guest while a client is connected; further clients
 * wait in the kernel's backlog until it has gone. Everything but plugging and unplugging happens on the loop.
 */
@Component(configurationPid = "port.socket", configurationPolicy = REQUIRE, service = HostPort.class)
@PortType("socket")
@Designate(ocd = SocketPort.Config.class, factory = true)
public final class SocketPort implements HostPort {

	/** The keys of {@code port.socket-LABEL.cfg}. */
	@ObjectClassDefinition(id = "port.socket", name = "Port type socket",
			description = "A UNIX or TCP socket on the host that leads to a port of the guest")
	public @interface Config {

		@AttributeDefinition(description = "NAME of the bus to plug into, as in bus.vhostuser-NAME.cfg")
		String bus();

		@AttributeDefinition(description = "the NAME that the guest sees, for instance org.example.x", required = false)
		String name() default "";

		@AttributeDefinition(description = "a port number, 1 to 126; without it the lowest free one", required = false)
		int id() default -1;

		@AttributeDefinition(description = Address.ALLOWED)
		String listen();
	}

	private static final System.Logger LOG = System.getLogger("port.socket");

	private final Config config;
	private GuestPort guest;
	private Listener listener;

	@Activate
	public SocketPort(Config config) {
		this.config = config;
	}

	@Override
	public void plugged(GuestPort guest) throws IOException {
		this.guest = guest;
		listener = Listener.open(guest, config.listen(), this::arrived);
		LOG.log(System.Logger.Level.INFO,
				guest.bus() + " port " + guest.id() + " " + guest.name() + ": listening on " + listener.address());
		int client = guest.kept(client());
		if (client < 0)
			guest.execute(listener::resume);
		else
			guest.attach(client, client());
	}

	/** A client outlives an update of this bundle; not a change of the address that it has come to. */
	private String client() {
		return "client of listen=" + config.listen().strip();
	}

	private void arrived(Connection client) {
		listener.pause();
		guest.attach(client.release(), client());
	}

	@Override
	public void hangup() {
		listener.resume();
	}

	/** Not called: the port is open only while a descriptor is attached. */
	@Override
	public int guestData(ByteBuffer data) {
		return 0;
	}

	/** Not called, for the same reason. */
	@Override
	public int hostData(ByteBuffer room) {
		return 0;
	}

	@Override
	public void unplugged() {
		listener.close();
	}
}
