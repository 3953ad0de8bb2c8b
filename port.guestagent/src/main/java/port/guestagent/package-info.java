/**
 * The QEMU guest agent of a virtual machine, as a service: {@link port.guestagent.GuestAgent}.
 *
 * <p>Each port of type {@code guestagent} registers one, with the properties of its own {@code HostPort} service:
 * {@code bus}, {@code name}, {@code service.pid} as {@code port.pid}, and {@code label}. The port is the agent's only
 * master; any number of clients share it, and the agent hears one command at a time. Threads: any but a bus's loop.
 */
@Export
@Version("0.1.0")
package port.guestagent;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
