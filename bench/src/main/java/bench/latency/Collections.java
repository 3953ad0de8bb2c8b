package bench.latency;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;

/** Asks another process for System.gc() ten times a second. */
final class Collections implements AutoCloseable {
	private static final long PAUSE_MS = 100;

	private final JMXConnector connector;
	private final AtomicReference<RuntimeException> trouble = new AtomicReference<>();
	private final CountDownLatch over = new CountDownLatch(1);
	private final Thread thread;

	Collections(long pid) throws IOException {
		String address;
		try {
			var machine = VirtualMachine.attach(String.valueOf(pid));
			address = machine.startLocalManagementAgent();
			machine.detach();
		} catch (AttachNotSupportedException e) {
			throw new IOException("Java of process " + pid + " cannot be attached to", e);
		}
		connector = JMXConnectorFactory.connect(new JMXServiceURL(address));
		var memory = ManagementFactory.newPlatformMXBeanProxy(connector.getMBeanServerConnection(),
				ManagementFactory.MEMORY_MXBEAN_NAME, MemoryMXBean.class);
		memory.gc(); // what is loaded for the first one is not measured
		thread = Thread.ofPlatform().daemon().start(() -> collect(memory));
	}

	private void collect(MemoryMXBean memory) {
		try {
			do
				memory.gc();
			while (!over.await(PAUSE_MS, TimeUnit.MILLISECONDS));
		} catch (InterruptedException e) {
			Thread.currentThread().interrupt();
		} catch (RuntimeException e) {
			trouble.set(e);
		}
	}

	/** Throws if there were none. */
	void check() {
		if (trouble.get() != null)
			throw trouble.get();
	}

	@Override
	public void close() throws IOException {
		over.countDown();
		try {
			thread.join();
		} catch (InterruptedException e) {
			Thread.currentThread().interrupt();
		}
		connector.close();
	}
}
