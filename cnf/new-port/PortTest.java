package @NAME@;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.Set;

import bus.api.HostPort;
import port.testkit.FarEnd;
import port.testkit.HostPortContract;
import port.testkit.Trait;

/** The contract of every kind of port, for this one. */
class @CLASS@PortTest extends HostPortContract {

	@Override
	protected HostPort port() {
		return new @CLASS@Port();
	}

	/** What this port leads to is the guest itself. */
	@Override
	protected FarEnd farEnd() {
		return new FarEnd() {

			@Override
			public int read(ByteBuffer target) throws IOException {
				var bytes = new byte[target.remaining()];
				int count = Math.max(0, guest().readNow(bytes, 0, bytes.length));
				target.put(bytes, 0, count);
				return count;
			}

			@Override
			public void close() {
				// it ends with the guest
			}
		};
	}

	@Override
	protected Set<Trait> traits() {
		return EnumSet.of(Trait.FROM_GUEST, Trait.GUEST_WAITS);
	}
}
