package port.socket;

import bus.api.HostPort;

/** One client of a port that is open without it as well. */
class HoldContractTest extends UnixContract {

	@Override
	protected HostPort port() {
		return Configs.port("listen", "unix:" + path(), "absent", "hold");
	}
}
