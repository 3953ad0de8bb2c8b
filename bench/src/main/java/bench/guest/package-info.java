/**
 * The suite {@code guest}: real Linux guests, and in each of them virtio consoles side by side that differ in who serves them:
 * the bus, a back-end in plain C (bench/src/main/c), and in QEMU its own in-process device. The guest's half is
 * cnf/guest/programs/portbench.c, the same for all; the host's is {@link bench.guest.HostSide}, the same for all.
 *
 * <p>Threads: the main one commands; one more for each port while bytes go through it.
 */
package bench.guest;
