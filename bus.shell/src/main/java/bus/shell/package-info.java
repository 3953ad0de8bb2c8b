/**
 * The {@code vport} commands of the Gogo shell.
 *
 * <p>A class whose name ends in {@code Command} or {@code Commands} holds commands, one method each; Gogo's help reads their
 * {@code @Descriptor}s. They answer {@link bus.shell.Shown} records, which scripts read and {@link bus.shell.Printer}
 * prints. What they work with:
 * <ul>
 * <li>{@link bus.shell.Ports} finds what the user named, {@link bus.shell.Kinds} reads from Declarative Services and
 * Metatype what there can be, {@link bus.shell.Completions} offers both at TAB;
 * <li>{@link bus.shell.Configurations} writes files, {@link bus.shell.Settling} waits until they have come to something;
 * <li>{@link bus.shell.Stay} ends what has no end of its own, {@link bus.shell.Conversation} is {@code vport:attach},
 * {@link bus.shell.LogRing} keeps the last lines of the log;
 * <li>{@link bus.shell.Scripts} runs scripts where nobody is at the prompt.
 * </ul>
 * JLine is optional; {@link bus.shell.RawTerminal} and {@link bus.shell.JLineCompletion} are all that knows it.
 *
 * <p>Threads: the shell's. What a console shows, and what a trace tells, comes on the loop thread and is only put aside
 * there. Neighbours: bus.api.
 */
package bus.shell;
