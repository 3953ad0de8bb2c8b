/**
 * Port type {@code socket}: programs on the host reach the guest's port through a listening UNIX or TCP socket.
 *
 * <p>A descriptor port: {@link port.socket.SocketPort} accepts a client and hands its descriptor to the bus, which moves
 * the bytes. Thread: the bus's loop, except for plugging and unplugging. Neighbours: bus.api, bus.linux.
 */
package port.socket;
