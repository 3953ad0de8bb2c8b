package port.guestagent;

import java.util.List;

/**
 * A network interface of the guest.
 *
 * @param name {@code eth0}
 * @param hardwareAddress {@code 52:54:00:12:34:56}; empty if it has none
 * @param addresses its IP addresses
 */
public record GuestInterface(String name, String hardwareAddress, List<Address> addresses) {

	/**
	 * An IP address.
	 *
	 * @param ip in the usual notation of its family
	 * @param prefix the length of the network's part in bits
	 */
	public record Address(String ip, int prefix) {
	}

	public GuestInterface {
		addresses = List.copyOf(addresses);
	}
}
