package port.console;

import static org.osgi.service.component.annotations.ConfigurationPolicy.REQUIRE;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.function.Consumer;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.metatype.annotations.Designate;

import bus.api.Attachable;
import bus.api.Console;
import bus.api.GuestPort;
import bus.api.HostPort;
import bus.api.PortType;

/**
 * A console of the guest, hvc0 for instance: on a pseudo terminal, over the network, in any number of shell sessions, in
 * files.
 */
@Component(configurationPid = "port.console", configurationPolicy = REQUIRE,
		service = { HostPort.class, Attachable.class })
@PortType("console")
@Console
@Designate(ocd = ConsoleConfig.class, factory = true)
public final class ConsolePort implements HostPort, Attachable {
	/** Who comes without a name. */
	private static final Visitor SOMEBODY = new Visitor("somebody", Wish.ATTACH);

	private final ConsoleConfig config;
	/** Null while the port is not plugged. */
	private volatile Desk desk;

	@Activate
	public ConsolePort(ConsoleConfig config) {
		this.config = config;
	}

	@Override
	public void plugged(GuestPort guest) throws Exception {
		desk = Desk.open(config, guest);
	}

	@Override
	public int guestData(ByteBuffer data) {
		return desk.said(data);
	}

	@Override
	public int hostData(ByteBuffer room) {
		return desk.keys(room);
	}

	/** Programs at the pseudo terminal and clients outlive an update of this bundle. */
	@Override
	public void unplugged() {
		var left = desk;
		desk = null;
		left.close();
	}

	@Override
	public Map<String, Object> figures() {
		var now = desk;
		return now == null ? Map.of() : now.figures();
	}

	/** Shows what the guest says from now on, and nothing else. */
	@Override
	public Attachment attach(Consumer<ByteBuffer> output) {
		return attach(SOMEBODY, true, output);
	}

	@Override
	public Attachment attach(Visitor visitor, Consumer<ByteBuffer> output) {
		return attach(visitor, false, output);
	}

	private Attachment attach(Visitor visitor, boolean quiet, Consumer<ByteBuffer> output) {
		var now = desk;
		return now == null ? Closed.SESSION : now.attach(visitor, quiet, output);
	}
}
