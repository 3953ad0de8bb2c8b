package bus.app;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import org.osgi.framework.Constants;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;

import bus.api.ConfigurationFile;
import bus.api.HostPort;
import bus.api.PortInfo;

/**
 * What Declarative Services and the buses have made of the configuration files, at one moment.
 *
 * @param components every component of the framework, with its configurations
 * @param otherPids what takes configurations without being a component
 * @param buses names of the buses that listen
 * @param ports every port, plugged or not; empty Optional if nobody plugs ports here
 */
record Survey(Map<ComponentDescriptionDTO, Collection<ComponentConfigurationDTO>> components, Set<String> otherPids,
		Set<String> buses, Optional<List<PortInfo>> ports) {

	private static final String BUS_KIND = "bus.vhostuser";

	/** Whether something here takes configurations of this kind. */
	boolean knows(ConfigFile file) {
		return otherPids.contains(file.pid())
				|| components.keySet().stream().anyMatch(component -> takes(component, file));
	}

	/** The kinds that an operator may write files for. */
	List<String> kinds() {
		return components.keySet().stream().filter(component -> "require".equals(component.configurationPolicy))
				.flatMap(component -> List.of(component.configurationPid).stream()).distinct().sorted().toList();
	}

	/** Whether nothing more will come of a file by itself: it works, or it was refused. */
	boolean settled(ConfigFile file) {
		if (!knows(file) || components.keySet().stream().noneMatch(component -> takes(component, file)))
			return true;
		return components.entrySet().stream().filter(entry -> takes(entry.getKey(), file))
				.allMatch(entry -> entry.getValue().stream().filter(made -> madeFrom(made, file)).findFirst()
						.map(made -> settled(file, entry.getKey(), made)).orElse(false));
	}

	private boolean settled(ConfigFile file, ComponentDescriptionDTO component, ComponentConfigurationDTO made) {
		if (made.state == ComponentConfigurationDTO.FAILED_ACTIVATION)
			return true;
		if (made.state != ComponentConfigurationDTO.SATISFIED && made.state != ComponentConfigurationDTO.ACTIVE)
			return false;
		if (BUS_KIND.equals(file.pid()))
			return buses.contains(file.label());
		if (!List.of(component.serviceInterfaces).contains(HostPort.class.getName()))
			return true;
		return ports.map(all -> all.stream().anyMatch(port -> isOf(port, file, made) && settled(port))).orElse(true);
	}

	/** A port that waits for a bus which is there is about to be plugged. */
	private boolean settled(PortInfo port) {
		return port.state() != PortInfo.State.WAITING || !buses.contains(port.bus());
	}

	private static boolean isOf(PortInfo port, ConfigFile file, ComponentConfigurationDTO made) {
		var type = made.properties.get("port.type");
		return port.label().equals(file.label()) && (type == null || type.equals(port.type()));
	}

	private static boolean takes(ComponentDescriptionDTO component, ConfigFile file) {
		return List.of(component.configurationPid).contains(file.pid());
	}

	private static boolean madeFrom(ComponentConfigurationDTO made, ConfigFile file) {
		return ConfigurationFile.of(made.properties).filter(file.path().toAbsolutePath()::equals).isPresent()
				|| file.servicePid().equals(made.properties.get(Constants.SERVICE_PID));
	}
}
