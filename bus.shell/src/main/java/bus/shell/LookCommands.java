package bus.shell;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.metatype.MetaTypeService;

import bus.api.ConfigurationFile;
import bus.api.HostPort;
import bus.api.PortInfo;
import bus.api.SerialBusRuntime;
import bus.shell.command.Arguments;
import bus.shell.command.CommandException;
import bus.shell.command.Listing;

/** The commands that only look: ports, buses, kinds, and what a machine's command line must say. */
@Component(service = LookCommands.class, property = { "osgi.command.scope=vport", "osgi.command.function=list",
		"osgi.command.function=show", "osgi.command.function=buses", "osgi.command.function=types",
		"osgi.command.function=qemu" })
public final class LookCommands {
	/** Of every port, and shown as such. */
	private static final Set<String> COMMON_KEYS = Set.of("bus", "name", "id");

	private final SerialBusRuntime runtime;
	private final Ports ports;
	private final Kinds kinds;
	private final PortServices services;

	@Activate
	public LookCommands(BundleContext context, @Reference SerialBusRuntime runtime,
			@Reference ServiceComponentRuntime components, @Reference MetaTypeService metatype) {
		this.runtime = runtime;
		this.ports = new Ports(runtime);
		this.kinds = new Kinds(context, components, metatype);
		this.services = new PortServices(context);
	}

	@Descriptor("""
			lists ports; below one that is not plugged, why
			   vport:list
			   vport:list vm1 | grep closed
			   each (vport:list) { echo ($it label) ($it state) }""")
	public Object list(@Descriptor("buses or ports; all if none is named") String... names) {
		ports.named(Arguments.of("vport:list [BUS|LABEL...]", names).words());
		return new Listing<>(runtime.ports().stream().filter(port -> ports.isNamed(port, names))
				.map(PortRecord::of).toList(), PortRecord::table);
	}

	@Descriptor("""
			shows everything about one port
			   vport:show agent
			   (vport:show agent) state""")
	public Object show(@Descriptor("the port: the part of its file's name after the hyphen") String... label) {
		return record(ports.port(Arguments.of("vport:show LABEL", label).only()));
	}

	private PortRecord record(PortInfo port) {
		var properties = services.find(HostPort.class, port).map(PortServices::properties).orElse(Map.of());
		var options = new LinkedHashMap<String, String>();
		kinds.ports().stream().filter(kind -> kind.type().equals(port.type())).flatMap(kind -> kind.keys().stream())
				.filter(key -> !COMMON_KEYS.contains(key) && properties.containsKey(key))
				.forEach(key -> options.put(key, String.valueOf(properties.get(key))));
		return PortRecord.of(port, PortRecord.isOnBus(port) ? services.figures(port) : Map.of(), options,
				ConfigurationFile.of(properties).map(Object::toString).orElse(""));
	}

	@Descriptor("""
			lists buses
			   vport:buses
			   each (vport:buses) { echo ($it name) ($it state) }""")
	public Object buses(@Descriptor("buses; all if none is named") String... names) {
		var words = Arguments.of("vport:buses [BUS...]", names).words();
		words.forEach(ports::bus);
		var counts = runtime.ports().stream().filter(PortRecord::isOnBus)
				.collect(Collectors.groupingBy(PortInfo::bus, Collectors.counting()));
		return new Listing<>(runtime.buses().stream().filter(bus -> words.isEmpty() || words.contains(bus.name()))
				.map(bus -> BusRecord.of(bus, counts.getOrDefault(bus.name(), 0L))).toList(), BusRecord::table);
	}

	@Descriptor("""
			lists types of ports, and a bus, with the keys that add and set take
			   vport:types
			   vport:types socket""")
	public Object types(@Descriptor("types; all if none is named") String... types) {
		var words = Arguments.of("vport:types [TYPE...]", types).words();
		return new Listing<>(words.isEmpty() ? kinds.all() : words.stream().map(kinds::any).toList(), Kind::table);
	}

	@Descriptor("""
			prints what connects a virtual machine to a bus, for its command line
			   vport:qemu vm1
			   vport:qemu vm1 --cloud-hypervisor""")
	public String qemu(
			@Descriptor("for user-mode Linux") @Parameter(names = "--uml", presentValue = "true",
					absentValue = "false") boolean uml,
			@Descriptor("for crosvm, not tried") @Parameter(names = "--crosvm", presentValue = "true",
					absentValue = "false") boolean crosvm,
			@Descriptor("for Cloud Hypervisor, not tried") @Parameter(names = "--cloud-hypervisor",
					presentValue = "true", absentValue = "false") boolean cloudHypervisor,
			@Descriptor("for a program that uses libkrun, not tried") @Parameter(names = "--libkrun",
					presentValue = "true", absentValue = "false") boolean libkrun,
			@Descriptor("for OpenVMM, not tried") @Parameter(names = "--openvmm", presentValue = "true",
					absentValue = "false") boolean openvmm,
			@Descriptor("for libvirt, not tried") @Parameter(names = "--libvirt", presentValue = "true",
					absentValue = "false") boolean libvirt,
			@Descriptor("the bus: the part of its file's name after the hyphen") String... bus) {
		if (Stream.of(uml, crosvm, cloudHypervisor, libkrun, openvmm, libvirt).filter(chosen -> chosen).count() > 1)
			throw new CommandException("one machine at a time; usage: " + VmCommandLine.USAGE);
		var info = ports.bus(Arguments.of(VmCommandLine.USAGE, bus).only());
		if (uml)
			return VmCommandLine.uml(info);
		if (crosvm)
			return VmCommandLine.crosvm(info);
		if (cloudHypervisor)
			return VmCommandLine.cloudHypervisor(info);
		if (libkrun)
			return VmCommandLine.libkrun(info);
		if (openvmm)
			return VmCommandLine.openVmm(info);
		return libvirt ? VmCommandLine.libvirt(info) : VmCommandLine.qemu(info);
	}
}
