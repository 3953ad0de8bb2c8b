package port.file;

import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;

/** A configuration made of lines as in its file; what they do not say has its default. */
final class Configured {

	private Configured() {
	}

	static FilePort.Config config(String... lines) {
		Map<String, String> values = Arrays.stream(lines)
				.collect(Collectors.toMap(line -> line.substring(0, line.indexOf('=')),
						line -> line.substring(line.indexOf('=') + 1)));
		return (FilePort.Config) Proxy.newProxyInstance(Configured.class.getClassLoader(),
				new Class<?>[] { FilePort.Config.class }, (proxy, method, arguments) -> {
					var value = values.get(method.getName());
					if (value == null)
						return method.getDefaultValue();
					return method.getReturnType() == int.class ? (Object) Integer.valueOf(value) : value;
				});
	}

	static Options options(String... lines) {
		return Options.of(config(lines));
	}

	static FilePort port(String... lines) {
		return new FilePort(config(lines));
	}

	static FilePort port(Path path) {
		return port("path=" + path);
	}
}
