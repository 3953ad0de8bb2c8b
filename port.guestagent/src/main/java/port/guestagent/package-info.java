/**
 * Port type guestagent: the host's only master of a QEMU guest agent, shared by any number of clients.
 */
@Export
@Version("1.0.0")
package port.guestagent;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
