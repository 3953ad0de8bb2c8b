package bus.itest;

import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;

/**
 * One machine for each kind of guest, booted for the first test that wants it and shared by the tests of a class: their
 * order must not matter.
 *
 * @param <M> what the tests need of a machine
 */
final class Machines<M> implements AutoCloseable {
	private final Class<?> test;
	private final Boot<M> boot;
	private final Map<GuestKind, GuestHost> hosts = new EnumMap<>(GuestKind.class);
	private final Map<GuestKind, M> booted = new EnumMap<>(GuestKind.class);

	/** Configures the host, starts it, boots the guest. */
	@FunctionalInterface
	interface Boot<M> {
		M boot(GuestKind kind, GuestHost host) throws Exception;
	}

	Machines(Class<?> test, Boot<M> boot) {
		this.test = test;
		this.boot = boot;
	}

	M of(GuestKind kind) throws Exception {
		if (!hosts.containsKey(kind)) {
			hosts.put(kind, new GuestHost(test, kind.toString()));
			booted.put(kind, boot.boot(kind, hosts.get(kind)));
		}
		var machine = booted.get(kind);
		if (machine == null)
			throw new AssertionError(kind + " did not boot for an earlier test");
		return machine;
	}

	Iterable<GuestHost> hosts() {
		return hosts.values();
	}

	void assertNoComplaints() throws IOException {
		for (var host : hosts.values())
			host.assertComplaints();
	}

	@Override
	public void close() throws IOException {
		for (var host : hosts.values())
			host.close();
	}
}
