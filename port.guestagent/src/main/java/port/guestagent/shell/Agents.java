package port.guestagent.shell;

import static org.osgi.service.component.annotations.ReferenceCardinality.MULTIPLE;
import static org.osgi.service.component.annotations.ReferencePolicy.DYNAMIC;
import static org.osgi.service.component.annotations.ReferencePolicyOption.GREEDY;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import bus.api.BusInfo;
import bus.api.SerialBusRuntime;
import bus.shell.command.CommandException;
import bus.shell.command.Words;
import port.guestagent.AgentException;
import port.guestagent.GuestAgent;

/** Finds the agent that the user named, by its bus or by its port's label. */
@Component(service = Agents.class)
public final class Agents {
	private static final String TYPE = "guestagent-";

	private final SerialBusRuntime runtime;
	@Reference(cardinality = MULTIPLE, policy = DYNAMIC, policyOption = GREEDY)
	private volatile List<Map.Entry<Map<String, Object>, GuestAgent>> services = List.of();

	/** An agent, and what its port is called. */
	record Agent(String bus, String label, GuestAgent service) {

		/** Tells the user what goes wrong, in one line. */
		<T> T ask(Question<T> question) {
			try {
				return question.ask(service);
			} catch (AgentException e) {
				throw new CommandException(label + ": " + e.getMessage());
			}
		}

		/** The same for what has no answer. */
		void tell(Order order) {
			ask(agent -> {
				order.give(agent);
				return null;
			});
		}
	}

	@FunctionalInterface
	interface Question<T> {
		T ask(GuestAgent agent) throws AgentException;
	}

	@FunctionalInterface
	interface Order {
		void give(GuestAgent agent) throws AgentException;
	}

	@Activate
	public Agents(@Reference SerialBusRuntime runtime) {
		this.runtime = runtime;
	}

	List<Agent> all() {
		return services.stream().map(Agents::agent).sorted(Comparator.comparing(Agent::bus).thenComparing(Agent::label))
				.toList();
	}

	private static Agent agent(Map.Entry<Map<String, Object>, GuestAgent> service) {
		return new Agent(property(service, "bus"), property(service, "label"), service.getValue().as("shell"));
	}

	private static String property(Map.Entry<Map<String, Object>, GuestAgent> service, String key) {
		return String.valueOf(service.getKey().getOrDefault(key, ""));
	}

	/**
	 * @param name a bus with one agent; a label; a label with its type before it, as in its configuration file
	 */
	Agent find(String name) {
		var all = all();
		var labelled = all.stream().filter(it -> it.label().equals(name) || (TYPE + it.label()).equals(name)).toList();
		var found = labelled.isEmpty() ? all.stream().filter(it -> it.bus().equals(name)).toList() : labelled;
		if (found.size() > 1)
			throw new CommandException("several agents are called " + name + ": " + Words.list(found.stream()
					.map(it -> it.label() + (labelled.isEmpty() ? "" : " on " + it.bus())).toList()));
		if (found.isEmpty())
			throw runtime.buses().stream().map(BusInfo::name).anyMatch(name::equals)
					? new CommandException("bus " + name + " has no port for an agent; vport:add guestagent " + name
							+ " LABEL makes one")
					: Words.unknown("agent", name, "agents", names());
		return found.getFirst();
	}

	/** The same for the words of a command that wants nothing else. */
	List<Agent> named(List<String> words) {
		return words.isEmpty() ? all() : words.stream().map(this::find).toList();
	}

	/** What {@link #find} takes: buses, then labels. */
	List<String> names() {
		var all = all();
		var names = new ArrayList<String>();
		for (var agent : all)
			if (all.stream().filter(it -> it.bus().equals(agent.bus())).count() == 1)
				names.add(agent.bus());
		return Stream.concat(names.stream(), all.stream().map(Agent::label)).distinct().toList();
	}
}
