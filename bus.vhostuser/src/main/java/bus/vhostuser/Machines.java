package bus.vhostuser;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.osgi.service.component.annotations.Component;

import bus.core.console.PortNames;

/** The virtual machines that buses belong to: most have one bus. Kept for ever; there are as many as people have named. */
@Component(service = Machines.class)
public final class Machines {
	private final Map<String, PortNames> namesByMachine = new ConcurrentHashMap<>();

	/** The names of a machine's ports, shared by its buses. */
	PortNames names(String vm) {
		return namesByMachine.computeIfAbsent(vm, name -> new PortNames());
	}
}
