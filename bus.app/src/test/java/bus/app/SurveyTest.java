package bus.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;

import bus.api.HostPort;
import bus.api.ConfigurationFile;
import bus.api.PortInfo;
import bus.api.PortRequest;

class SurveyTest {
	private static final ConfigFile BUS = ConfigFile.of(Path.of("/c/bus.vhostuser-vm1.cfg"));
	private static final ConfigFile PORT = ConfigFile.of(Path.of("/c/port.socket-a-b.cfg"));

	@Test
	void name_withTwoHyphens_splitsAtTheFirst() {
		assertEquals("port.socket", PORT.pid());
		assertEquals("a-b", PORT.label());
	}

	@Test
	void unknownKind_isSettledAndNotKnown() {
		var survey = survey(Map.of(), Set.of());
		assertFalse(survey.knows(BUS));
		assertTrue(survey.settled(BUS));
	}

	@Test
	void bus_notYetSeenByTheRuntime_isNotSettled() {
		assertFalse(survey(Map.of(component("bus.vhostuser"), List.of()), Set.of()).settled(BUS));
	}

	@Test
	void bus_activeWithoutService_isNotSettled() {
		var made = made(BUS, ComponentConfigurationDTO.ACTIVE);
		assertFalse(survey(Map.of(component("bus.vhostuser"), List.of(made)), Set.of("other")).settled(BUS));
		assertTrue(survey(Map.of(component("bus.vhostuser"), List.of(made)), Set.of("vm1")).settled(BUS));
	}

	@Test
	void bus_failed_isSettled() {
		var made = made(BUS, ComponentConfigurationDTO.FAILED_ACTIVATION);
		assertTrue(survey(Map.of(component("bus.vhostuser"), List.of(made)), Set.of()).settled(BUS));
	}

	@Test
	void port_waitingForABusThatIsThere_isNotSettled() {
		assertFalse(port(PortInfo.State.WAITING, Set.of("vm1")).settled(PORT));
		assertTrue(port(PortInfo.State.WAITING, Set.of()).settled(PORT));
		assertTrue(port(PortInfo.State.PLUGGED, Set.of("vm1")).settled(PORT));
		assertTrue(port(PortInfo.State.REFUSED, Set.of("vm1")).settled(PORT));
	}

	@Test
	void port_ofAnotherTypeWithTheSameLabel_doesNotCount() {
		var request = new PortRequest("a-b", "file", "", PortRequest.ANY_ID, false);
		var other = PortInfo.absent("vm1", request, PortInfo.State.REFUSED, "");
		assertFalse(port(List.of(other), Set.of()).settled(PORT));
	}

	@Test
	void kinds_namesThoseThatNeedAConfiguration() {
		var own = component("bus.app.Launcher");
		own.configurationPolicy = "optional";
		assertEquals(List.of("bus.vhostuser", "port.socket"), survey(
				Map.of(own, List.of(), component("port.socket"), List.of(), component("bus.vhostuser"), List.of()),
				Set.of()).kinds());
	}

	private static Survey port(PortInfo.State state, Set<String> buses) {
		var request = new PortRequest("a-b", "socket", "", PortRequest.ANY_ID, false);
		return port(List.of(PortInfo.absent("vm1", request, state, "")), buses);
	}

	private static Survey port(List<PortInfo> ports, Set<String> buses) {
		var component = component("port.socket");
		component.serviceInterfaces = new String[] { HostPort.class.getName() };
		return new Survey(Map.of(component, List.of(made(PORT, ComponentConfigurationDTO.SATISFIED))), Set.of(), buses,
				Optional.of(ports));
	}

	private static Survey survey(Map<ComponentDescriptionDTO, Collection<ComponentConfigurationDTO>> components,
			Set<String> buses) {
		return new Survey(components, Set.of(), buses, Optional.empty());
	}

	private static ComponentDescriptionDTO component(String pid) {
		var component = new ComponentDescriptionDTO();
		component.name = pid;
		component.configurationPid = new String[] { pid };
		component.configurationPolicy = "require";
		component.serviceInterfaces = new String[0];
		return component;
	}

	private static ComponentConfigurationDTO made(ConfigFile file, int state) {
		var made = new ComponentConfigurationDTO();
		made.state = state;
		made.properties = Map.of(ConfigurationFile.PROPERTY, file.path().toUri().toString(), "port.type", "socket");
		return made;
	}
}
