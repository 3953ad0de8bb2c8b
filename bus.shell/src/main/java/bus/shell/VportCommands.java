package bus.shell;

import static org.osgi.service.component.annotations.ReferenceCardinality.MULTIPLE;
import static org.osgi.service.component.annotations.ReferencePolicy.DYNAMIC;
import static org.osgi.service.component.annotations.ReferencePolicyOption.GREEDY;

import java.io.IOException;
import java.util.List;
import java.util.Locale;

import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import bus.api.Attachable;
import bus.api.PortInfo;
import bus.api.SerialBusRuntime;

/** The commands of scope {@code vport}. Each answers text, which the shell prints or a script keeps. */
@Component(service = VportCommands.class, property = { "osgi.command.scope=vport", "osgi.command.function=list",
		"osgi.command.function=show", "osgi.command.function=buses", "osgi.command.function=attach",
		"osgi.command.function=qemu" })
public final class VportCommands {
	/** Where gogo.jline keeps its terminal in a session. */
	private static final String TERMINAL = ".terminal";

	private final BundleContext context;
	private final SerialBusRuntime runtime;
	private final Ports ports;
	/** As references: getting the service of a port would activate it, plugged or not. */
	@Reference(service = Attachable.class, cardinality = MULTIPLE, policy = DYNAMIC, policyOption = GREEDY)
	private volatile List<ServiceReference<Attachable>> consoles;

	@Activate
	public VportCommands(BundleContext context, @Reference SerialBusRuntime runtime) {
		this.context = context;
		this.runtime = runtime;
		this.ports = new Ports(runtime);
	}

	@Descriptor("lists all ports; below a port that is not plugged, why")
	public String list() {
		var table = new Table("BUS", "ID", "NAME", "TYPE", "LABEL", "STATE", "GUEST", "HOST");
		for (var port : runtime.ports()) {
			boolean plugged = port.state() == PortInfo.State.PLUGGED;
			table.row(port.bus(), port.id() < 0 ? "-" : port.id(), port.name().isEmpty() ? "-" : port.name(), port.type(),
					port.label(), word(port.state()), plugged ? open(port.guestOpen()) : "-",
					plugged ? port.throttled() ? "full" : open(port.hostOpen()) : "-");
			table.note(port.problem());
		}
		return table.toString();
	}

	@Descriptor("shows everything about one port")
	public String show(@Descriptor("the port: the part of its file's name after the hyphen") String label) {
		var port = ports.port(label);
		var table = new Table("label", port.label());
		table.row("type", port.type());
		table.row("bus", port.bus());
		table.row("id", port.id() < 0 ? "none yet" : port.id());
		table.row("name", port.name().isEmpty() ? "none" : port.name());
		table.row("console", port.console() ? "yes" : "no");
		table.row("state", word(port.state()));
		table.row("guest", open(port.guestOpen()));
		table.row("host", open(port.hostOpen()) + (port.throttled() ? ", full: the guest waits" : ""));
		table.row("from guest", port.traffic().fromGuest() + " bytes");
		table.row("to guest", port.traffic().toGuest() + " bytes");
		table.row("lost", port.traffic().lost() + " bytes");
		if (!port.problem().isEmpty())
			table.row("problem", "");
		table.note(port.problem());
		return table.toString();
	}

	@Descriptor("lists all buses")
	public String buses() {
		var all = runtime.ports();
		var table = new Table("BUS", "STATE", "PORTS", "USABLE", "QUEUES", "SOCKET");
		for (var bus : runtime.buses()) {
			long plugged = all.stream()
					.filter(p -> p.bus().equals(bus.name()) && p.state() == PortInfo.State.PLUGGED).count();
			table.row(bus.name(), word(bus.state()), plugged, bus.usablePorts() + " of " + bus.maxPorts(),
					bus.queues() == 0 ? "-" : bus.queues(), bus.socket());
			table.note(bus.problem());
			table.note(bus.vm().equals(bus.name()) ? "" : "a bus of vm " + bus.vm());
		}
		return table.toString();
	}

	@Descriptor("prints what to add to a virtual machine's command line to connect it to a bus")
	public String qemu(
			@Descriptor("for user-mode Linux instead of QEMU") @Parameter(names = "--uml", presentValue = "true",
					absentValue = "false") boolean uml,
			@Descriptor("the bus: the part of its file's name after the hyphen") String bus) {
		return uml ? VmCommandLine.uml(ports.bus(bus)) : VmCommandLine.qemu(ports.bus(bus));
	}

	@Descriptor("connects this terminal to a console of a guest; ^] ends it")
	public String attach(CommandSession session,
			@Descriptor("the port: the part of its file's name after the hyphen") String label) throws IOException {
		var port = ports.port(label);
		if (port.state() != PortInfo.State.PLUGGED)
			throw new CommandException(label + " is " + word(port.state()) + ": " + port.problem());
		var reference = consoles.stream().filter(console -> isOf(console, port)).findFirst().orElseThrow(
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
		Object terminal = session.get(TERMINAL);
		if (terminal == null)
			return new Conversation(console, new LineKeys(session.getKeyboard()), session.getConsole()).hold();
		try (var raw = new RawTerminal(terminal)) {
			return new Conversation(console, raw, raw.output()).hold();
		}
	}

	/** The service has the port's own properties; its PID ends with the label (see PortInfo). */
	private static boolean isOf(ServiceReference<Attachable> console, PortInfo port) {
		String pid = String.valueOf(console.getProperty("service.pid"));
		return port.bus().equals(console.getProperty("bus")) && port.type().equals(console.getProperty("port.type"))
				&& (pid.endsWith("~" + port.label()) || pid.equals(port.label()));
	}

	private static String open(boolean open) {
		return open ? "open" : "closed";
	}

	private static String word(Enum<?> state) {
		return state.name().toLowerCase(Locale.ROOT);
	}
}
