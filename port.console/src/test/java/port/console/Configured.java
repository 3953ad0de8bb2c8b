package port.console;

import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;

/** A console with a configuration as a file has it. */
final class Configured {

	private Configured() {
	}

	static ConsolePort port(String... lines) {
		return new ConsolePort(config(lines));
	}

	static ConsoleConfig config(String... lines) {
		Map<String, String> set = Arrays.stream(lines).map(line -> line.split("=", 2))
				.collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
		return (ConsoleConfig) Proxy.newProxyInstance(Configured.class.getClassLoader(),
				new Class<?>[] { ConsoleConfig.class }, (proxy, method, arguments) -> {
					String value = set.get(method.getName());
					if (value == null)
						return method.getName().equals("bus") ? "vm1" : method.getDefaultValue();
					return method.getReturnType() == int.class ? (Object) Integer.valueOf(value) : value;
				});
	}
}
