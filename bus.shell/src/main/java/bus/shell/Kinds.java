package bus.shell;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import org.osgi.framework.BundleContext;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.osgi.service.metatype.AttributeDefinition;
import org.osgi.service.metatype.MetaTypeService;
import org.osgi.service.metatype.ObjectClassDefinition;

import bus.api.HostPort;
import bus.api.PortRequest;
import bus.shell.command.CommandException;
import bus.shell.command.Words;

/**
 * The kinds of ports that there are: components that provide {@link HostPort}, as Declarative Services and Metatype
 * describe them. Nothing is kept; a kind is there while its bundle is.
 */
record Kinds(BundleContext context, ServiceComponentRuntime components, MetaTypeService metatype) {
	static final String BUS = "bus";

	private static final String BUS_PID = "bus.vhostuser";

	List<Kind> ports() {
		return components.getComponentDescriptionDTOs().stream()
				.filter(component -> List.of(component.serviceInterfaces).contains(HostPort.class.getName()))
				.filter(component -> component.configurationPid.length > 0).map(this::described)
				.sorted(Comparator.comparing(Kind::type)).toList();
	}

	private Kind described(ComponentDescriptionDTO component) {
		var properties = Map.of("component.name", component.name, "port.type",
				component.properties.getOrDefault("port.type", ""));
		return kind(PortRequest.of(properties).type(), component);
	}

	/** The kind of a bus. */
	Kind bus() {
		return findBus().orElseThrow(
				() -> new CommandException("no bundle " + BUS_PID + " is started; it is what makes buses"));
	}

	private Optional<Kind> findBus() {
		return components.getComponentDescriptionDTOs().stream()
				.filter(component -> List.of(component.configurationPid).contains(BUS_PID)).findFirst()
				.map(component -> kind(BUS, component));
	}

	/** Those of ports, and that of a bus if there is one. */
	List<Kind> all() {
		return Stream.concat(ports().stream(), findBus().stream()).toList();
	}

	Kind port(String type) {
		return find(type, ports());
	}

	Kind any(String type) {
		return find(type, all());
	}

	private static Kind find(String type, List<Kind> kinds) {
		return kinds.stream().filter(kind -> kind.type().equals(type)).findFirst()
				.orElseThrow(() -> Words.unknown("type", type, "types", kinds.stream().map(Kind::type).toList()));
	}

	private Kind kind(String type, ComponentDescriptionDTO component) {
		String pid = component.configurationPid[0];
		var bundle = context.getBundle(component.bundle.id);
		var described = Optional.ofNullable(bundle).map(metatype::getMetaTypeInformation)
				.filter(information -> Stream.of(information.getFactoryPids(), information.getPids())
						.flatMap(Arrays::stream).anyMatch(pid::equals))
				.map(information -> information.getObjectClassDefinition(pid, null));
		return new Kind(type, pid, described.map(ObjectClassDefinition::getDescription).orElse("without a description"),
				Kind.options(described.map(Kinds::options).orElse(List.of())));
	}

	private static List<Kind.Option> options(ObjectClassDefinition definition) {
		var required = Stream.of(definition.getAttributeDefinitions(ObjectClassDefinition.REQUIRED))
				.map(AttributeDefinition::getID).toList();
		return Stream.of(definition.getAttributeDefinitions(ObjectClassDefinition.ALL))
				.map(option -> option(option, required.contains(option.getID()) && option.getDefaultValue() == null))
				.toList();
	}

	private static Kind.Option option(AttributeDefinition option, boolean required) {
		var preset = option.getDefaultValue();
		var values = option.getOptionValues();
		return new Kind.Option(option.getID(), form(option.getType()), required,
				preset == null ? "" : String.join(",", preset), option.getDescription(),
				values != null ? List.of(values) : option.getType() == AttributeDefinition.BOOLEAN
						? List.of("true", "false") : List.of());
	}

	private static String form(int type) {
		return switch (type) {
			case AttributeDefinition.STRING, AttributeDefinition.CHARACTER, AttributeDefinition.PASSWORD -> "text";
			case AttributeDefinition.BOOLEAN -> "switch";
			default -> "number";
		};
	}
}
