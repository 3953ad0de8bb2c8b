/**
 * The other side of the bus: a guest in user space.
 *
 * <p>From the bottom up: {@link guest.driver.GuestRam} and {@link guest.driver.DriverRing} are guest memory and the
 * driver's side of a virtqueue, split or packed, over any off-heap memory, without a kernel.
 * {@link guest.driver.FrontEnd} is a vhost-user front-end that sends what QEMU sends, in QEMU's order.
 * {@link guest.driver.ConsoleDriver} is a virtio-console driver that behaves as Linux's, with its ports as
 * {@link guest.driver.GuestSidePort}. {@link guest.driver.SimulatedGuest} is the component that makes a small lively
 * guest of them for the demo. The commands of the shell are in {@code guest.driver.shell}.
 *
 * <p>It shares {@code bus.linux} with the product and nothing else: where product and specification differ, this
 * package must not agree with the product because it runs the same code. Everything a hostile guest would set is
 * public.
 *
 * <p>Threads: rings and front-end belong to one thread at a time. The console driver has one platform thread of its own
 * that waits for calls; it and all callers meet under one lock, without which that thread calls the listener.
 */
@Export
@Version("0.1.0")
package guest.driver;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
