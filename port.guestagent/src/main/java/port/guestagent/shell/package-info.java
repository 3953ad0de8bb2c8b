/**
 * The {@code agent} commands of the Gogo shell. They call {@link port.guestagent.GuestAgent} as any bundle may, and
 * look and go wrong like the vport commands ({@link bus.shell.command}). Without Gogo and bus.shell nothing here is
 * loaded.
 *
 * <p>Threads: the shell's. Neighbours: port.guestagent, bus.shell.command, bus.api for the names of buses.
 */
package port.guestagent.shell;
