/**
 * Port type {@code console}: a pseudo terminal on the host with a stable symbolic link, and sessions from the shell.
 *
 * <p>A callback port, so that one guest's output can go to several places. {@link port.console.ConsolePort} never holds
 * the guest up: what the pseudo terminal does not take waits in {@link port.console.Backlog}, which forgets the oldest and
 * says so. What people type waits in the pseudo terminal or in {@link port.console.Keyboard} until the guest reads.
 *
 * <p>Thread: the bus's loop, except for plugging, unplugging and the methods of a session. Neighbours: bus.api, bus.linux.
 */
package port.console;
