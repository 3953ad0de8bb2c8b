package bus.shell;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

import org.apache.felix.service.command.Descriptor;
import org.osgi.framework.BundleContext;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.metatype.MetaTypeService;

import bus.api.PortInfo;
import bus.api.SerialBusRuntime;
import bus.shell.command.Arguments;
import bus.shell.command.CommandException;
import bus.shell.command.Outcome;
import bus.shell.command.Words;

/** Ports made, changed and removed, by way of their configurations. */
@Component(service = ConfigureCommands.class, property = { "osgi.command.scope=vport", "osgi.command.function=add",
		"osgi.command.function=set", "osgi.command.function=remove" })
public final class ConfigureCommands {
	private final SerialBusRuntime runtime;
	private final Ports ports;
	private final Kinds kinds;
	private final Settling settling;
	private final Configurations configurations;

	@Activate
	public ConfigureCommands(BundleContext context, @Reference SerialBusRuntime runtime,
			@Reference ServiceComponentRuntime components, @Reference MetaTypeService metatype,
			@Reference ConfigurationAdmin admin) {
		this.runtime = runtime;
		this.ports = new Ports(runtime);
		this.kinds = new Kinds(context, components, metatype);
		this.settling = new Settling(runtime, new PortServices(context));
		this.configurations = Configurations.of(context, admin);
	}

	@Descriptor("""
			makes a port: writes its file, and waits until it is plugged or refused
			   vport:add socket vm1 agent name=org.example.agent listen=unix:/tmp/agent.sock
			   vport:add console vm1 term""")
	public Object add(@Descriptor("TYPE BUS LABEL KEY=VALUE...; vport:types has the keys of each type")
			String... words) throws IOException {
		var arguments = Arguments.of("vport:add TYPE BUS LABEL KEY=VALUE...", words);
		var pairs = arguments.pairs(3);
		var kind = kinds.port(words[0]);
		var bus = ports.bus(words[1]).name();
		String label = words[2];
		if (configurations.find(kind.pid(), label).isPresent())
			throw new CommandException(
					"there is a port " + kind.type() + "-" + label + "; vport:set changes it, vport:remove removes it");
		var values = new LinkedHashMap<>(Map.of("bus", bus));
		values.putAll(pairs);
		values.values().removeIf(String::isEmpty);
		check(kind, values);
		return told(settling.port(kind, configurations.create(kind.pid(), label, values)));
	}

	private void check(Kind kind, Map<String, String> values) {
		runtime.mistake(kind.pid(), values).ifPresent(mistake -> {
			throw new CommandException(mistake);
		});
	}

	/** A port that is refused or fails is a failure of the command: a script is to stop there. */
	private static Outcome told(PortInfo port) {
		String state = Words.of(port.state());
		String text = port.label() + " is " + state;
		if (!PortRecord.isOnBus(port))
			throw new CommandException(text + ": " + port.problem() + "; its configuration stays: vport:set or vport:remove "
					+ Ports.typed(port));
		return new Outcome(port.label(), state, text + " on " + port.bus() + ", port " + port.id()
				+ (port.name().isEmpty() ? "" : " " + port.name())
				+ (port.problem().isEmpty() ? "" : ": " + port.problem()));
	}

	@Descriptor("""
			changes keys of a port, and waits until it is plugged again or refused
			   vport:set agent listen=tcp:127.0.0.1:4000
			   vport:set agent id=""")
	public Object set(@Descriptor("LABEL KEY=VALUE...; KEY= with nothing takes the key out") String... words)
			throws IOException {
		var arguments = Arguments.of("vport:set LABEL KEY=VALUE...", words);
		var changes = arguments.pairs(1);
		if (changes.isEmpty())
			throw new CommandException("nothing to set; usage: " + arguments.usage());
		var port = ports.port(words[0]);
		var kind = kinds.port(port.type());
		var stored = stored(kind, port);
		var values = Configurations.with(stored.values(), changes);
		if (changes.containsKey("bus"))
			ports.bus(changes.get("bus"));
		check(kind, values);
		if (values.equals(stored.values()))
			return new Outcome(port.label(), "unchanged", port.label() + " is unchanged: it says so already");
		var before = settling.before(stored);
		return told(settling.port(kind, configurations.change(stored, changes), changes, before));
	}

	@Descriptor("""
			removes a port: deletes its configuration, and waits until it is unplugged
			   vport:remove agent""")
	public Object remove(@Descriptor("the port: the part of its file's name after the hyphen") String... label)
			throws IOException {
		var port = ports.port(Arguments.of("vport:remove LABEL", label).only());
		var kind = kinds.port(port.type());
		var stored = stored(kind, port);
		configurations.delete(stored);
		settling.noPort(kind.type(), stored);
		return new Outcome(port.label(), "unplugged", port.label() + " is unplugged, and "
				+ stored.file().map(file -> file + " deleted").orElse("its configuration deleted"));
	}

	private Stored stored(Kind kind, PortInfo port) throws IOException {
		return configurations.find(kind.pid(), port.label()).orElseThrow(() -> new CommandException(port.label()
				+ " has no configuration: a bundle made it, and stopping the bundle ends it"));
	}
}
