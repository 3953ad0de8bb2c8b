package @NAME@;

import static org.osgi.service.component.annotations.ConfigurationPolicy.REQUIRE;

import java.nio.ByteBuffer;

import org.osgi.service.component.annotations.Component;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

import bus.api.GuestPort;
import bus.api.HostPort;
import bus.api.PortType;

/** Sends everything back. One configuration, {@code @NAME@-LABEL.cfg}, is one port. */
@Component(configurationPid = "@NAME@", configurationPolicy = REQUIRE, service = HostPort.class)
@PortType("@KIND@")
@Designate(ocd = @CLASS@Port.Config.class, factory = true)
public final class @CLASS@Port implements HostPort {

	/** The keys of the configuration. A description is shown to the user after "allowed: ". */
	@ObjectClassDefinition(id = "@NAME@", name = "Port type @KIND@")
	public @interface Config {

		@AttributeDefinition(description = "NAME of the bus to plug into, as in bus.vhostuser-NAME.cfg")
		String bus();

		@AttributeDefinition(description = "the NAME that the guest sees", required = false)
		String name() default "";

		@AttributeDefinition(description = "a port number, 1 to 126; without it the lowest free one", required = false)
		int id() default -1;
	}

	/** Full, it makes the guest wait. */
	private final ByteBuffer kept = ByteBuffer.allocate(4096);
	private GuestPort guest;

	@Override
	public void plugged(GuestPort guest) {
		this.guest = guest;
		kept.clear();
		guest.open();
	}

	@Override
	public int guestData(ByteBuffer data) {
		int taken = Math.min(data.remaining(), kept.remaining());
		kept.put(data.slice(data.position(), taken));
		guest.readable();
		return taken;
	}

	@Override
	public int hostData(ByteBuffer room) {
		kept.flip();
		int put = Math.min(kept.remaining(), room.remaining());
		room.put(kept.slice(kept.position(), put));
		kept.position(kept.position() + put).compact();
		if (put > 0)
			guest.writable();
		return put;
	}
}
