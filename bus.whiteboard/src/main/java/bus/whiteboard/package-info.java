/**
 * Plugs {@link bus.api.HostPort} services into the bus that they name, and unplugs them.
 *
 * <p>{@link bus.whiteboard.Whiteboard} is the component: it hears of services. {@link bus.whiteboard.Plan} reads what a
 * service wants from its properties, {@link bus.whiteboard.ConfigurationCheck} holds the properties against the port
 * type's Metatype before the port is activated, {@link bus.whiteboard.Roster} holds the state of every port.
 *
 * <p>Threads: those on which services come and go; never a loop thread. Neighbours: bus.api only, so that updating the
 * device or a port type leaves this bundle alone.
 */
package bus.whiteboard;
