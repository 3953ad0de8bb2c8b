package bus.itest;

import java.util.Map;

import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * Ends the virtual machine when the tests take too long: the tester waits for a hanging one for ever, and nobody stops the
 * framework.
 */
@Component(immediate = true, service = {})
public final class TimeLimit {
	private static final int EXIT_CODE = 3;

	@Activate
	public TimeLimit(BundleContext context) {
		String seconds = context.getProperty("vport.itest.seconds");
		if (seconds != null)
			Thread.ofPlatform().daemon().name("time limit").start(() -> end(Integer.parseInt(seconds)));
	}

	private static void end(int seconds) {
		try {
			Thread.sleep(1000L * seconds);
		} catch (InterruptedException e) {
			return;
		}
		System.err.println("The tests did not end in vport.itest.seconds=" + seconds + "; the threads:");
		for (Map.Entry<Thread, StackTraceElement[]> thread : Thread.getAllStackTraces().entrySet()) {
			System.err.println(thread.getKey());
			for (var frame : thread.getValue())
				System.err.println("\tat " + frame);
		}
		Runtime.getRuntime().halt(EXIT_CODE);
	}
}
