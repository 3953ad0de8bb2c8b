package bus.shell;

import static org.osgi.service.component.annotations.ReferenceCardinality.MULTIPLE;
import static org.osgi.service.component.annotations.ReferencePolicy.DYNAMIC;
import static org.osgi.service.component.annotations.ReferencePolicyOption.GREEDY;

import java.util.List;
import java.util.function.ObjIntConsumer;

import org.apache.felix.service.command.Descriptor;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import bus.api.SerialBus;
import bus.api.SerialBusRuntime;
import bus.shell.command.Arguments;
import bus.shell.command.CommandException;
import bus.shell.command.Outcome;
import bus.shell.command.Words;

/** The operator's word on a port's host side. */
@Component(service = HostSideCommands.class, property = { "osgi.command.scope=vport", "osgi.command.function=open",
		"osgi.command.function=close" })
public final class HostSideCommands {
	private final Ports ports;
	@Reference(cardinality = MULTIPLE, policy = DYNAMIC, policyOption = GREEDY)
	private volatile List<SerialBus> buses;

	@Activate
	public HostSideCommands(@Reference SerialBusRuntime runtime) {
		this.ports = new Ports(runtime);
	}

	@Descriptor("""
			ends vport:close: the host side is open again if the port wants it to be
			   vport:open agent""")
	public Object open(@Descriptor("the port: the part of its file's name after the hyphen") String... label) {
		return told(Arguments.of("vport:open LABEL", label).only(), SerialBus::open);
	}

	@Descriptor("""
			closes a port to the guest until vport:open; what it writes is lost
			   vport:close agent""")
	public Object close(@Descriptor("the port: the part of its file's name after the hyphen") String... label) {
		return told(Arguments.of("vport:close LABEL", label).only(), SerialBus::close);
	}

	private Outcome told(String label, ObjIntConsumer<SerialBus> word) {
		var port = ports.port(label);
		var bus = buses.stream().filter(it -> PortRecord.isOnBus(port) && it.name().equals(port.bus())).findFirst()
				.orElseThrow(() -> new CommandException(label + " is " + Words.of(port.state()) + ": " + port.problem()));
		word.accept(bus, port.id());
		var now = ports.port(label);
		return new Outcome(now.label(), Words.of(now.state()), now.label() + " is " + Words.of(now.state())
				+ ", its host side " + (now.hostOpen() ? "open" : "closed"));
	}
}
