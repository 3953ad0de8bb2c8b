package bus.api;

import java.util.Objects;

/**
 * What is asked of a bus when a port is plugged.
 *
 * @param label what the operator calls the port: the part after the hyphen of its configuration file
 * @param type the port type, for listings
 * @param name the name that the guest sees, unique on the virtual machine; empty for none
 * @param id the wanted port number, or {@link #ANY_ID}
 * @param console whether the guest is to use it as a console
 */
public record PortRequest(String label, String type, String name, int id, boolean console) {

	/** Let the bus choose: 0 for a console if it is free, otherwise the lowest free number from 1 up. */
	public static final int ANY_ID = -1;

	public PortRequest {
		Objects.requireNonNull(label, "label");
		Objects.requireNonNull(type, "type");
		Objects.requireNonNull(name, "name");
	}
}
