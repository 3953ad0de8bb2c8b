/**
 * All that a port author compiles against, and all that a tool needs to look at a bus.
 *
 * <p>A <em>port type</em> implements {@link bus.api.HostPort}: the host's half of a virtio-serial port. It is plugged by
 * registering it as a service with the properties {@code bus} and, optionally, {@code name} and {@code id}; the bus
 * answers with a {@link bus.api.GuestPort}, the guest's half. Unregistering the service unplugs it.
 *
 * <p>Port authors implement the types marked {@code @ConsumerType} and import {@code [1.1,2)}; the bus implements those
 * marked {@code @ProviderType} and imports {@code [1.1,1.2)}.
 */
@Export
@Version(PackageVersion.VALUE)
package bus.api;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
