package port.socket;

import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;

/** Configurations as Declarative Services make them: what is not set has its default. */
final class Configs {

	private Configs() {
	}

	/** @param keysAndValues names of methods, and values of their types */
	static SocketPort port(Object... keysAndValues) {
		var values = new HashMap<String, Object>(Map.of("bus", "vm1", "name", "org.example.x"));
		for (int i = 0; i < keysAndValues.length; i += 2)
			values.put((String) keysAndValues[i], keysAndValues[i + 1]);
		return new SocketPort((SocketPort.Config) Proxy.newProxyInstance(SocketPort.Config.class.getClassLoader(),
				new Class<?>[] { SocketPort.Config.class },
				(proxy, method, arguments) -> values.getOrDefault(method.getName(), method.getDefaultValue())));
	}
}
