/**
 * Virtqueues seen from the device: guest memory, the split ring, and the chains in it. Knows nothing of consoles, nor of
 * how the memory came here. Everything read from the guest is checked once, on a local copy, before it is used.
 *
 * <p>Thread: the loop that owns the bus. Neighbours: {@code bus.linux} below, {@code bus.core.console} and the transport
 * above.
 */
@Export
@Version("0.1.0")
package bus.core.virtio;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
