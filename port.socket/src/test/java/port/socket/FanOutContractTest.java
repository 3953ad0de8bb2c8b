package port.socket;

import bus.api.HostPort;

/** The only one of several possible clients, each of which has a queue. */
class FanOutContractTest extends UnixContract {

	@Override
	protected HostPort port() {
		return Configs.port("listen", "unix:" + path(), "clients", "fanout");
	}
}
