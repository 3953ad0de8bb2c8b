/**
 * Port type {@code socket}: programs on the host reach the guest's port through a UNIX, TCP, TLS or vsock socket.
 *
 * <p>{@link port.socket.SocketPort} asks {@code port.endpoint} for connections ({@link port.socket.Entrance}) and goes one
 * of two ways with them: {@link port.socket.Attached} hands the descriptor of the one client to the bus, which moves the
 * bytes; {@link port.socket.Hub} moves them itself, for several clients, and for a port that is open while there is none.
 * Thread: the bus's loop, except for plugging and unplugging. Neighbours: bus.api, bus.linux, port.endpoint.
 */
package port.socket;
