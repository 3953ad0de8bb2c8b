/**
 * The virtio console device (virtio 1.3, section 5.3) without its transport: configuration space, control channel, port
 * slots, and the movement of bytes between the guest's rings and the ports' host sides.
 *
 * <p>{@link bus.core.console.ConsoleDevice} routes; a port's state lives in its slot, talk with the driver in the control
 * channel. Everything here belongs to one loop thread, except {@link bus.core.console.ConsoleBus}, through which other
 * threads ask that thread. Neighbours: {@code bus.core.virtio} below; a transport drives the device and implements
 * {@link bus.core.console.Transport} and {@link bus.core.console.Loop}.
 */
@Export
@Version("0.1.0")
package bus.core.console;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
