package port.socket;

import bus.api.HostPort;

/** Several clients, none of whom is ever dropped, at a port that is always open. */
class FanOutHoldContractTest extends UnixContract {

	@Override
	protected HostPort port() {
		return Configs.port("listen", "unix:" + path(), "clients", "fanout", "absent", "hold", "slow", "hold");
	}
}
