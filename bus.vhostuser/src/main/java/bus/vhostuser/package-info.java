/**
 * A vhost-user back-end: one configuration with the PID {@code bus.vhostuser} is one bus, one UNIX socket, one virtual
 * machine. Knows nothing of port types; drives the device of {@code bus.core}.
 */
package bus.vhostuser;
