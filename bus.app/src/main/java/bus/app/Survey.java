package bus.app;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

import org.osgi.framework.Constants;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;

import bus.api.ConfigurationFile;
import bus.api.HostPort;
import bus.api.PortInfo;

/**
 * What Declarative Services and the buses have made of the configuration files, at one moment. Asked about each of
 * thousands of files, so that everything is found by a key: a search for each would take longer than the start itself.
 */
final class Survey {
	private static final String BUS_KIND = "bus.vhostuser";

	/** A component, and its configurations by the file and by the PID that they were made from. */
	private record Kind(ComponentDescriptionDTO component, Map<Object, ComponentConfigurationDTO> configurations) {
	}

	private final Map<ComponentDescriptionDTO, Collection<ComponentConfigurationDTO>> components;
	private final Map<String, List<Kind>> kindsByPid = new HashMap<>();
	private final Set<String> otherPids;
	private final Set<String> buses;
	private final Optional<Map<String, List<PortInfo>>> portsByLabel;

	/**
	 * @param components every component of the framework, with its configurations
	 * @param otherPids what takes configurations without being a component
	 * @param buses names of the buses that listen
	 * @param ports every port, plugged or not; empty Optional if nobody plugs ports here
	 */
	Survey(Map<ComponentDescriptionDTO, Collection<ComponentConfigurationDTO>> components, Set<String> otherPids,
			Set<String> buses, Optional<List<PortInfo>> ports) {
		this.components = components;
		this.otherPids = otherPids;
		this.buses = buses;
		portsByLabel = ports.map(all -> all.stream().collect(Collectors.groupingBy(PortInfo::label)));
		components.forEach((component, all) -> {
			var kind = new Kind(component, byOrigin(all));
			for (String pid : component.configurationPid)
				kindsByPid.computeIfAbsent(pid, its -> new ArrayList<>()).add(kind);
		});
	}

	private static Map<Object, ComponentConfigurationDTO> byOrigin(Collection<ComponentConfigurationDTO> configurations) {
		var byOrigin = new HashMap<Object, ComponentConfigurationDTO>();
		for (var made : configurations) {
			ConfigurationFile.of(made.properties).ifPresent(file -> byOrigin.putIfAbsent(file, made));
			if (made.properties.get(Constants.SERVICE_PID) instanceof String pid)
				byOrigin.putIfAbsent(pid, made);
		}
		return byOrigin;
	}

	Map<ComponentDescriptionDTO, Collection<ComponentConfigurationDTO>> components() {
		return components;
	}

	/** Whether something here takes configurations of this kind. */
	boolean knows(ConfigFile file) {
		return otherPids.contains(file.pid()) || kindsByPid.containsKey(file.pid());
	}

	/** The kinds that an operator may write files for. */
	List<String> kinds() {
		return components.keySet().stream().filter(component -> "require".equals(component.configurationPolicy))
				.flatMap(component -> List.of(component.configurationPid).stream()).distinct().sorted().toList();
	}

	/** Whether nothing more will come of a file by itself: it works, or it was refused. */
	boolean settled(ConfigFile file) {
		return kindsByPid.getOrDefault(file.pid(), List.of()).stream().allMatch(kind -> {
			var made = kind.configurations.getOrDefault(file.path().toAbsolutePath(),
					kind.configurations.get(file.servicePid()));
			return made != null && settled(file, kind.component, made);
		});
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
		return portsByLabel.map(all -> all.getOrDefault(file.label(), List.of()).stream()
				.anyMatch(port -> isOf(port, made) && settled(port))).orElse(true);
	}

	/** A port that waits for a bus which is there is about to be plugged. */
	private boolean settled(PortInfo port) {
		return port.state() != PortInfo.State.WAITING || !buses.contains(port.bus());
	}

	private static boolean isOf(PortInfo port, ComponentConfigurationDTO made) {
		var type = made.properties.get("port.type");
		return type == null || type.equals(port.type());
	}
}
