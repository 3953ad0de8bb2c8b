package bus.shell;

import java.io.IOException;

import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Descriptor;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import bus.api.Attachable;
import bus.api.SerialBusRuntime;
import bus.shell.command.Arguments;
import bus.shell.command.CommandException;
import bus.shell.command.Words;

/** {@code vport:attach}. */
@Component(service = AttachCommand.class, property = { "osgi.command.scope=vport", "osgi.command.function=attach" })
public final class AttachCommand {
	private final BundleContext context;
	private final Ports ports;
	private final PortServices services;

	@Activate
	public AttachCommand(BundleContext context, @Reference SerialBusRuntime runtime) {
		this.context = context;
		this.ports = new Ports(runtime);
		this.services = new PortServices(context);
	}

	@Descriptor("""
			connects this terminal to a console of a guest; ^] ends it
			   vport:attach term""")
	public String attach(CommandSession session,
			@Descriptor("the port: the part of its file's name after the hyphen") String... labels) throws IOException {
		var label = Arguments.of("vport:attach LABEL", labels).only();
		var port = ports.port(label);
		if (!PortRecord.isOnBus(port))
			throw new CommandException(label + " is " + Words.of(port.state()) + ": " + port.problem());
		var reference = services.find(Attachable.class, port).orElseThrow(
				() -> new CommandException(label + " is a " + port.type() + " port; attach wants a console"));
		var console = context.getService(reference);
		if (console == null)
			throw new CommandException(label + " was unplugged just now");
		try {
			session.getConsole().println("Connected to " + label + ", escape is ^]");
			session.getConsole().flush();
			return "\n" + hold(session, console);
		} finally {
			context.ungetService(reference);
		}
	}

	private static String hold(CommandSession session, Attachable console) throws IOException {
		if (!Screens.isTerminal(session))
			return new Conversation(console, new LineKeys(session.getKeyboard()), session.getConsole()).hold();
		try (var raw = new RawTerminal(Screens.terminal(session))) {
			return new Conversation(console, raw, raw.output()).hold();
		}
	}
}
