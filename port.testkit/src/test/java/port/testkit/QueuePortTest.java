package port.testkit;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

import bus.api.GuestPort;
import bus.api.HostPort;

/** The contract asks nothing that cannot be kept. */
class QueuePortTest extends HostPortContract {
	private QueuePort port;

	@Override
	protected HostPort port() {
		port = make();
		return port;
	}

	QueuePort make() {
		return new QueuePort();
	}

	@Override
	protected FarEnd farEnd() {
		return port;
	}

	@Override
	protected Set<Trait> traits() {
		return EnumSet.of(Trait.FROM_GUEST, Trait.TO_GUEST, Trait.GUEST_WAITS, Trait.FAR_END_WAITS,
				Trait.FAR_END_RETURNS);
	}

	@Override
	protected List<HostPort> misconfigured() {
		return List.of(new QueuePort() {

			@Override
			public void plugged(GuestPort half) {
				throw new IllegalArgumentException("size=0; allowed: 1 to 10");
			}
		});
	}
}
