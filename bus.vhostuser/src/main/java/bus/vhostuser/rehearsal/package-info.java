/**
 * A machine without a machine: a front-end and a driver just large enough to take a bus through a guest's life before the
 * first guest does. It shares no code with the bus, and none with guest.driver, which tools replace while guests run.
 *
 * <p>Thread: one, of who uses it. Neighbours: {@code bus.vhostuser} decides when and why.
 */
package bus.vhostuser.rehearsal;
