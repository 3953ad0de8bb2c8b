package bus.shell;

import java.nio.ByteBuffer;
import java.util.function.Consumer;

import org.osgi.framework.ServiceReference;

import bus.api.Attachable;
import bus.api.Attachable.Attachment;
import bus.api.Attachable.Visitor;
import bus.api.PortInfo;
import bus.shell.command.CommandException;

/** The way to a port's console, which may be another service each time. */
final class PortDoor implements Conversation.Door, AutoCloseable {
	private final Ports ports;
	private final PortServices services;
	private final String label;
	private ServiceReference<Attachable> used;

	PortDoor(Ports ports, PortServices services, String label) {
		this.ports = ports;
		this.services = services;
		this.label = label;
	}

	@Override
	public Attachment attach(Visitor visitor, Consumer<ByteBuffer> output) {
		close();
		var port = port();
		if (port == null || !PortRecord.isOnBus(port))
			return null;
		used = services.find(Attachable.class, port).orElse(null);
		var console = used == null ? null : services.context().getService(used);
		return console == null ? null : console.attach(visitor, output);
	}

	@Override
	public boolean mayComeBack() {
		var port = port();
		return port != null && (port.state() == PortInfo.State.HELD || PortRecord.isOnBus(port));
	}

	private PortInfo port() {
		try {
			return ports.port(label);
		} catch (CommandException e) {
			return null; // gone, for good
		}
	}

	/** Lets go of the service; a bundle that is updated is not to be kept by it. */
	@Override
	public void close() {
		if (used != null)
			services.context().ungetService(used);
		used = null;
	}
}
