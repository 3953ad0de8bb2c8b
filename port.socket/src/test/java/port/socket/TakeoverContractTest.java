package port.socket;

import bus.api.HostPort;

/** Who comes later has the port. */
class TakeoverContractTest extends UnixContract {

	@Override
	protected HostPort port() {
		return Configs.port("listen", "unix:" + path(), "clients", "takeover", "absent", "hold");
	}
}
