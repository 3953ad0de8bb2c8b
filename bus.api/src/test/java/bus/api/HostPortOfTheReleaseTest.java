package bus.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;

/**
 * What every port must implement is what the release asked for. The baseline does not see to it: bnd 7.3.0 takes an
 * abstract method for harmless in an interface that has a default method before it.
 */
class HostPortOfTheReleaseTest {

	@Test
	void abstractMethods_asInTheRelease_untilTheNextMajorVersion() throws Exception {
		var release = System.getProperty("vport.release");
		var jar = Path.of("../cnf/release/vport/bus.api", release, "bus.api-" + release + ".jar");
		try (var file = new JarFile(jar.toFile());
				var classes = new URLClassLoader(new URL[] { jar.toUri().toURL() }, null)) {
			var exported = file.getManifest().getMainAttributes().getValue("Export-Package");
			if (exported.contains("version=\"" + major(PackageVersion.VALUE)))
				for (var type : List.of(HostPort.class, Attachable.class, Attachable.Attachment.class))
					assertEquals(toImplement(classes.loadClass(type.getName())), toImplement(type), type.getName());
		}
	}

	private static String major(String version) {
		return version.substring(0, version.indexOf('.') + 1);
	}

	private static Set<String> toImplement(Class<?> type) {
		return Arrays.stream(type.getMethods()).filter(method -> Modifier.isAbstract(method.getModifiers()))
				.map(HostPortOfTheReleaseTest::signature).collect(Collectors.toCollection(TreeSet::new));
	}

	private static String signature(Method method) {
		return method.getName() + Arrays.toString(method.getParameterTypes());
	}
}
