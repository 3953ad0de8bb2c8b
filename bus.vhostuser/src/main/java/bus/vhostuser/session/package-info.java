/**
 * One connection of a virtual machine monitor: the vhost-user messages, as a table; the rings it sets up; the memory it
 * shares. {@link bus.vhostuser.session.Session} reads and answers, {@link bus.vhostuser.session.Request} says what each
 * message must look like and who handles it.
 *
 * <p>Thread: the loop that owns the bus. Neighbours: {@code bus.core.console}, which is driven from here, and
 * {@code bus.linux}. The front-end is trusted with its own guest only: malformed and unknown messages are refused, every
 * descriptor that came with them is closed, and nothing is acknowledged that was not done.
 */
package bus.vhostuser.session;
