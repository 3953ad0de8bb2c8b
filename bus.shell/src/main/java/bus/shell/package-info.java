/**
 * The {@code vport} commands of the Gogo shell: looking at buses and ports, and sitting down at a console.
 *
 * <p>{@link bus.shell.VportCommands} is the component, one method for each command; {@link bus.shell.Table} lays out what
 * it prints. {@link bus.shell.Conversation} is {@code vport:attach}; {@link bus.shell.RawTerminal} is all of it that knows
 * JLine, which is optional.
 *
 * <p>Thread: the shell's; a console's output comes on the loop thread and is only put aside there. Neighbours: bus.api.
 */
package bus.shell;
