package bus.itest;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;

import port.guestagent.AgentInfo;
import port.guestagent.AgentState;
import port.guestagent.AgentStatus;
import port.guestagent.GuestAgent;

/**
 * A {@link GuestAgent} without a guest: it answers what it was told to, by the method's name, and notes what it was
 * asked.
 */
final class SaidAgent implements AutoCloseable {

	/** How a method is answered. */
	@FunctionalInterface
	interface Answer {
		Object to(Object[] arguments) throws Exception;
	}

	private final Map<String, Answer> answers = new ConcurrentHashMap<>();
	private final List<String> asked = new CopyOnWriteArrayList<>();
	private final ServiceRegistration<GuestAgent> registration;

	SaidAgent(String bus, String label) {
		answer("status", arguments -> new AgentStatus(AgentState.READY,
				Optional.of(new AgentInfo("10.0.13", Set.of("guest-ping", "guest-exec"), Set.of("guest-shutdown"))),
				Optional.empty(), true));
		answer("info", arguments -> new AgentInfo("10.0.13", Set.of("guest-ping"), Set.of()));
		InvocationHandler handler = (proxy, method, arguments) -> switch (method.getName()) {
			case "as", "within" -> proxy;
			case "hashCode" -> System.identityHashCode(proxy);
			case "equals" -> proxy == arguments[0];
			case "toString" -> label;
			default -> {
				asked.add(method.getName() + (arguments == null ? "" : " " + List.of(arguments)));
				var answer = answers.get(method.getName());
				yield answer == null ? null : answer.to(arguments);
			}
		};
		var agent = (GuestAgent) Proxy.newProxyInstance(GuestAgent.class.getClassLoader(),
				new Class<?>[] { GuestAgent.class }, handler);
		registration = FrameworkUtil.getBundle(SaidAgent.class).getBundleContext().registerService(GuestAgent.class, agent,
				new Hashtable<>(Map.of("bus", bus, "label", label)));
	}

	void answer(String method, Answer answer) {
		answers.put(method, answer);
	}

	/** What it was asked since the last time, without looks at its status. */
	List<String> asked() {
		var all = asked.stream().filter(it -> !it.equals("status")).toList();
		asked.clear();
		return all;
	}

	@Override
	public void close() {
		registration.unregister();
	}
}
