/**
 * The threads that own the buses. A {@link bus.vhostuser.loop.DeviceLoop} is one platform thread with one epoll; a
 * {@link bus.vhostuser.loop.Seat} is one bus's place at a loop, and moves to another loop when port code of a neighbour
 * blocks the first. Platform threads, because a native call pins a virtual one to its carrier.
 */
package bus.vhostuser.loop;
