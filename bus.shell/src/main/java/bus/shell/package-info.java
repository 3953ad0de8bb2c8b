/**
 * The {@code vport} commands of the Gogo shell.
 *
 * <p>A class whose name ends in {@code Command} or {@code Commands} holds commands, one method each; Gogo's help reads their
 * {@code @Descriptor}s. They answer {@link bus.shell.command.Shown} records, which scripts read and {@link bus.shell.Printer}
 * prints. What they work with:
 * <ul>
 * <li>{@link bus.shell.Ports} finds what the user named, {@link bus.shell.Kinds} reads from Declarative Services and
 * Metatype what there can be, {@link bus.shell.Candidates} picks from both what may be typed next, and
 * {@link bus.shell.Completions} offers that at TAB, for other bundles' commands too;
 * <li>{@link bus.shell.Configurations} writes files, {@link bus.shell.Settling} waits until they have come to something;
 * <li>{@link bus.shell.Stay} ends what has no end of its own, {@link bus.shell.Conversation} is {@code vport:attach},
 * {@link bus.shell.LogRing} keeps the last lines of the log;
 * <li>{@link bus.shell.Scripts} runs scripts where nobody is at the prompt.
 * </ul>
 * What commands of other bundles need as well is in {@link bus.shell.command}.
 *
 * <p>JLine is optional; {@link bus.shell.RawTerminal} and {@link bus.shell.JLineCompletion} are all that knows it.
 *
 * <p>Threads: the shell's. What a console shows, and what a trace tells, comes on the loop thread and is only put aside
 * there. Neighbours: bus.api; port.guestagent has commands too.
 */
package bus.shell;
