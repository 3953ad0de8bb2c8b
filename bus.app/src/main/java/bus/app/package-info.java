/**
 * The launcher inside the framework. It reads no configuration and opens no socket: it watches what Declarative Services
 * made of the files in the configuration folder and tells the operator. {@link bus.app.Launcher} prints
 * {@code vport ready} and raises the shell, {@link bus.app.Survey} decides what is still missing,
 * {@link bus.app.Refusals} names what was refused, {@link bus.app.Farewell} says who loses a device at the end.
 *
 * <p>Thread: one of its own, which sleeps once everything is settled; the farewell runs on the thread that stops the
 * framework. Neighbours: {@code bus.boot}, which prepared the process, and the services of {@code bus.api}.
 */
package bus.app;
