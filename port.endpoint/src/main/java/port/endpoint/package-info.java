/**
 * Where the host side of a port meets programs: addresses, listening sockets, connections, and who may come in. Shared by
 * the port types; a vendor's may use it as well. All of it hands out plain descriptors, so that a port attaches any
 * connection to its guest with {@link bus.api.GuestPort#attach(int)} whatever the way it came.
 */
@Export
@Version("0.1.0")
package port.endpoint;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
