package bus.shell;

import java.io.IOException;
import java.util.Objects;

import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import bus.api.Attachable;
import bus.api.Attachable.Visitor;
import bus.api.Attachable.Wish;
import bus.api.SerialBusRuntime;
import bus.shell.command.Arguments;
import bus.shell.command.CommandException;
import bus.shell.command.Words;

/** {@code vport:attach}. */
@Component(service = AttachCommand.class, property = { "osgi.command.scope=vport", "osgi.command.function=attach" })
public final class AttachCommand {
	private static final String USAGE = "vport:attach [-f|--force] [-s|--spy] [-e|--escape KEY] LABEL";
	/** Of shells that know who is at them. */
	private static final String USER = "USER";

	private final Ports ports;
	private final PortServices services;

	@Activate
	public AttachCommand(BundleContext context, @Reference SerialBusRuntime runtime) {
		this.ports = new Ports(runtime);
		this.services = new PortServices(context);
	}

	@Descriptor("""
			connects this terminal to a console of a guest; ^] ends it
			   vport:attach term
			   vport:attach --force term
			   vport:attach --spy --escape ^A term""")
	public String attach(CommandSession session,
			@Descriptor("to write, whoever else does: that one watches from then on") @Parameter(
					names = { "-f", "--force" }, presentValue = "true", absentValue = "false") boolean force,
			@Descriptor("to watch only") @Parameter(names = { "-s", "--spy" }, presentValue = "true",
					absentValue = "false") boolean spy,
			@Descriptor("the control key that ends it; ^] without it") @Parameter(names = { "-e", "--escape" },
					absentValue = "^]") String escape,
			@Descriptor("the port: the part of its file's name after the hyphen") String... labels) throws IOException {
		var label = Arguments.of(USAGE, labels).only();
		int key = key(escape);
		if (force && spy)
			throw new CommandException("--force and --spy are two different wishes; usage: " + USAGE);
		var port = ports.port(label);
		if (!PortRecord.isOnBus(port))
			throw new CommandException(label + " is " + Words.of(port.state()) + ": " + port.problem());
		if (services.find(Attachable.class, port).isEmpty())
			throw new CommandException(label + " is a " + port.type() + " port; attach wants a console");
		session.getConsole().println("Connected to " + label + ", escape is " + spelled(key));
		session.getConsole().flush();
		var visitor = new Visitor(user(session) + " (shell)", force ? Wish.FORCE : spy ? Wish.SPY : Wish.ATTACH);
		try (var door = new PortDoor(ports, services, label)) {
			return "\n" + hold(session, door, visitor, key);
		}
	}

	private static String user(CommandSession session) {
		return Objects.toString(session.get(USER), System.getProperty("user.name"));
	}

	/** {@code ^X}, or the character itself. */
	private static int key(String escape) {
		int key = escape.length() == 2 && escape.charAt(0) == '^' ? Character.toUpperCase(escape.charAt(1)) ^ 0x40
				: escape.length() == 1 ? escape.charAt(0) : ' ';
		if (key < 1 || key >= ' ')
			throw new CommandException("--escape " + escape + "; allowed: a control key, ^A to ^Z, ^[, ^\\, ^], ^^ or ^_");
		return key;
	}

	private static String spelled(int key) {
		return "^" + (char) (key ^ 0x40);
	}

	private static String hold(CommandSession session, PortDoor door, Visitor visitor, int escape) throws IOException {
		if (!Screens.isTerminal(session))
			return new Conversation(door, visitor, new LineKeys(session.getKeyboard()), session.getConsole(), escape).hold();
		try (var raw = new RawTerminal(Screens.terminal(session))) {
			return new Conversation(door, visitor, raw, raw.output(), escape).hold();
		}
	}
}
