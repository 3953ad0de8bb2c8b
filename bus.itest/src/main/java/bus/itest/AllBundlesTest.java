package bus.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.test.common.annotation.InjectBundleContext;
import org.osgi.test.junit5.context.BundleContextExtension;

@ExtendWith(BundleContextExtension.class)
class AllBundlesTest {
	private static final Set<String> OURS = Set.of("bus.api", "bus.app", "bus.core", "bus.itest", "bus.linux",
			"bus.repository", "bus.shell", "bus.vhostuser", "bus.whiteboard", "guest.driver", "port.console",
			"port.endpoint", "port.file", "port.guestagent", "port.socket");

	@InjectBundleContext
	BundleContext context;

	@Test
	void bundles_afterStart_allActive() {
		assertEquals(new TreeSet<>(OURS), bundles(bundle -> bundle.getState() == Bundle.ACTIVE));
	}

	/** A run file whose framework an included file has overridden would test the wrong one unnoticed. */
	@Test
	void framework_isTheRunFiles() {
		assertEquals(context.getProperty("vport.itest.framework"), context.getBundle(0).getSymbolicName());
	}

	private Set<String> bundles(Predicate<Bundle> choice) {
		return Arrays.stream(context.getBundles()).filter(choice).map(Bundle::getSymbolicName).filter(OURS::contains)
				.collect(Collectors.toCollection(TreeSet::new));
	}
}
