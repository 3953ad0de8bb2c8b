package bus.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/**
 * The process at the other end of a UNIX socket, as the kernel has noted it when the connection was made.
 *
 * @param pid may be another process's by now
 * @param uid the user that it ran as
 * @param gid its group
 */
public record Peer(int pid, int uid, int gid) {

	/** Who is at the other end of a UNIX socket; nothing for other kinds. */
	public static Optional<Peer> of(int fd) {
		try (var arena = Arena.ofConfined()) {
			var ucred = arena.allocate(12, 4); // struct ucred: pid, uid, gid
			var length = arena.allocateFrom(JAVA_INT, 12);
			long answer = Linux.getsockopt(fd, Linux.SOL_SOCKET, Linux.SO_PEERCRED, ucred.address(), length.address());
			if (answer < 0 || ucred.get(JAVA_INT, 4) == -1) // of a TCP socket there is nobody
				return Optional.empty();
			return Optional.of(
					new Peer(ucred.get(JAVA_INT, 0), ucred.get(JAVA_INT, 4), ucred.get(JAVA_INT, 8)));
		}
	}

	/**
	 * Who is at the other end: {@code uid:1000 pid:4711} of a UNIX socket, as it was when the connection was made,
	 * {@code 192.0.2.7:50124}, {@code [2001:db8::7]:50124}, {@code vsock:3:1024}; empty if the kernel does not say.
	 */
	public static String name(int fd) {
		try (var arena = Arena.ofConfined()) {
			var address = arena.allocate(128, 8);
			var length = arena.allocateFrom(JAVA_INT, 128);
			if (Linux.getpeername(fd, address.address(), length.address()) < 0)
				return "";
			return switch (address.get(JAVA_SHORT, 0)) {
				case Linux.AF_UNIX -> of(fd).map(it -> "uid:" + it.uid() + " pid:" + it.pid()).orElse("");
				case Linux.AF_INET -> host(address, 4, 4) + ":" + Short.toUnsignedInt(address.get(SocketAddress.NETWORK_SHORT, 2));
				case Linux.AF_INET6 -> "[" + host(address, 8, 16) + "]:"
						+ Short.toUnsignedInt(address.get(SocketAddress.NETWORK_SHORT, 2));
				case Linux.AF_VSOCK -> SocketAddress.vsock(address.get(JAVA_INT, 8), address.get(JAVA_INT, 4));
				default -> "";
			};
		}
	}

	private static String host(MemorySegment address, long offset, int size) {
		try {
			return InetAddress.getByAddress(address.asSlice(offset, size).toArray(JAVA_BYTE)).getHostAddress();
		} catch (UnknownHostException e) {
			throw new AssertionError(e); // of 4 or 16 bytes
		}
	}
}
