package port.guestagent.engine;

import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

import bus.api.HostPort;
import port.testkit.FarEnd;
import port.testkit.HostPortContract;
import port.testkit.Trait;

/**
 * What every port keeps, as far as it applies: no bytes go through this one, because it speaks itself. So there is no
 * far end to be read from, to be kept waiting, or to outlive an update; what is left is plugging, going, notices,
 * updates, and leaving nothing behind. That bytes are taken in parts and that the guest waits is shown by
 * {@link WireTest} and {@link EngineTest}.
 */
class GuestAgentContractTest extends HostPortContract {

	@Override
	protected HostPort port() {
		return new GuestAgentPort(new Configured());
	}

	@Override
	protected FarEnd farEnd() {
		return new FarEnd() {

			@Override
			public int read(ByteBuffer target) {
				return 0;
			}

			@Override
			public void close() {
				// there is nothing
			}
		};
	}

	@Override
	protected Set<Trait> traits() {
		return EnumSet.noneOf(Trait.class);
	}

	@Override
	protected List<HostPort> misconfigured() {
		return List.of(new GuestAgentPort(new Configured(0)), new GuestAgentPort(new Configured(1025)));
	}
}
