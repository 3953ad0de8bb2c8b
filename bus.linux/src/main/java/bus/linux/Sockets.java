package bus.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;

/** Opens UNIX and TCP sockets whose descriptor numbers are needed, which Java's own channels hide. */
public final class Sockets {
	/** Permissions for the owner alone, 0600. */
	public static final int OWNER_ONLY = 0600;

	private static final int BACKLOG = 128;
	private static final int SUN_PATH = 108;
	private static final ValueLayout.OfShort NETWORK_SHORT = JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);

	private Sockets() {
	}

	/**
	 * Listens on a UNIX socket. A socket file that nobody listens on any more is replaced.
	 *
	 * @param path where the socket file is to be
	 * @param mode permissions of the file; the file is never wider open, not even for a moment
	 * @return a non-blocking listening descriptor
	 * @throws LinuxException if somebody listens there, or the file is not a socket, or it cannot be made
	 */
	public static int listenUnix(Path path, int mode) throws IOException {
		removeStale(path);
		int fd = (int) LinuxException.check(Linux.socket(Linux.AF_UNIX, Linux.SOCK_STREAM), "socket");
		try (var arena = Arena.ofConfined()) {
			var address = unixAddress(arena, path);
			LinuxException.check(Linux.fchmod(fd, mode), "fchmod(" + path + ")");
			LinuxException.check(Linux.bind(fd, address.address(), (int) address.byteSize()), "bind(" + path + ")");
			Files.setPosixFilePermissions(path, permissions(mode)); // what the umask took away
			LinuxException.check(Linux.listen(fd, BACKLOG), "listen(" + path + ")");
			return fd;
		} catch (IOException | RuntimeException e) {
			Linux.close(fd);
			throw e;
		}
	}

	private static void removeStale(Path path) throws IOException {
		if (!Files.exists(path))
			return;
		try {
			Linux.close(connectUnix(path));
		} catch (LinuxException e) {
			if (e.errno() != Errno.ECONNREFUSED)
				throw new LinuxException("bind(" + path + "), where something else is", e.errno());
			if (!isSocket(path))
				throw new LinuxException("bind(" + path + "), which is not a socket", Errno.EEXIST);
			Files.delete(path);
			return;
		}
		throw new LinuxException("bind(" + path + "), where another process listens", Errno.EADDRINUSE);
	}

	private static boolean isSocket(Path path) throws IOException {
		int type = (Integer) Files.getAttribute(path, "unix:mode") & 0170000;
		return type == 0140000;
	}

	/** Connects to a UNIX socket; the descriptor is non-blocking. */
	public static int connectUnix(Path path) throws LinuxException {
		int fd = (int) LinuxException.check(Linux.socket(Linux.AF_UNIX, Linux.SOCK_STREAM), "socket");
		try (var arena = Arena.ofConfined()) {
			var address = unixAddress(arena, path);
			long answer = Linux.connect(fd, address.address(), (int) address.byteSize());
			if (answer < 0) {
				Linux.close(fd);
				throw new LinuxException("connect(" + path + ")", Linux.errno(answer));
			}
			return fd;
		}
	}

	private static MemorySegment unixAddress(Arena arena, Path path) throws LinuxException {
		byte[] name = path.toString().getBytes(StandardCharsets.UTF_8);
		if (name.length >= SUN_PATH)
			throw new LinuxException("socket path of " + name.length + " bytes, the limit is " + (SUN_PATH - 1) + ": "
					+ path, Errno.EINVAL);
		var address = arena.allocate(2L + name.length + 1);
		address.set(ValueLayout.JAVA_SHORT, 0, (short) Linux.AF_UNIX);
		MemorySegment.copy(name, 0, address, JAVA_BYTE, 2, name.length);
		return address;
	}

	private static EnumSet<PosixFilePermission> permissions(int mode) {
		var set = EnumSet.noneOf(PosixFilePermission.class);
		var all = PosixFilePermission.values(); // declared from owner-read, 0400, to others-execute, 0001
		for (int i = 0; i < all.length; i++)
			if ((mode & 0400 >> i) != 0)
				set.add(all[i]);
		return set;
	}

	/**
	 * Listens on a TCP port.
	 *
	 * @param address resolved; port 0 lets the kernel choose
	 * @return a non-blocking listening descriptor
	 */
	public static int listenTcp(InetSocketAddress address) throws LinuxException {
		if (address.isUnresolved())
			throw new LinuxException("bind(" + address.getHostString() + "), a host name that does not resolve",
					Errno.EINVAL);
		InetAddress host = address.getAddress();
		int family = host instanceof Inet6Address ? Linux.AF_INET6 : Linux.AF_INET;
		int fd = (int) LinuxException.check(Linux.socket(family, Linux.SOCK_STREAM), "socket");
		try (var arena = Arena.ofConfined()) {
			var socketAddress = inetAddress(arena, host, address.getPort());
			LinuxException.check(Linux.setsockopt(fd, Linux.SOL_SOCKET, Linux.SO_REUSEADDR, 1), "SO_REUSEADDR");
			LinuxException.check(Linux.bind(fd, socketAddress.address(), (int) socketAddress.byteSize()),
					"bind(" + address + ")");
			LinuxException.check(Linux.listen(fd, BACKLOG), "listen(" + address + ")");
			return fd;
		} catch (LinuxException e) {
			Linux.close(fd);
			throw e;
		}
	}

	// sockaddr_in: family 0, port 2, address 4, 16 in all; sockaddr_in6: family 0, port 2, flow 4, address 8, scope 24
	private static MemorySegment inetAddress(Arena arena, InetAddress host, int port) {
		byte[] bytes = host.getAddress();
		boolean v6 = host instanceof Inet6Address;
		var address = arena.allocate(v6 ? 28 : 16, 4);
		address.set(ValueLayout.JAVA_SHORT, 0, (short) (v6 ? Linux.AF_INET6 : Linux.AF_INET));
		address.set(NETWORK_SHORT, 2, (short) port);
		MemorySegment.copy(bytes, 0, address, JAVA_BYTE, v6 ? 8 : 4, bytes.length);
		if (host instanceof Inet6Address six)
			address.set(JAVA_INT, 24, six.getScopeId());
		return address;
	}

	/** The TCP port that a socket is bound to. */
	public static int port(int fd) throws LinuxException {
		try (var arena = Arena.ofConfined()) {
			var address = arena.allocate(28, 4);
			var length = arena.allocateFrom(JAVA_INT, 28);
			LinuxException.check(Linux.getsockname(fd, address.address(), length.address()), "getsockname");
			return Short.toUnsignedInt(address.get(NETWORK_SHORT, 2));
		}
	}

	/**
	 * Accepts one connection. One that was given up before it was accepted is passed over: the next may be waiting, and
	 * an edge-triggered watch would not report it again.
	 *
	 * @return a non-blocking descriptor, or a negative error number, {@code -EAGAIN} when nobody waits
	 */
	public static int accept(int listening) {
		int answer;
		do
			answer = (int) Linux.accept4(listening);
		while (answer == -Errno.ECONNABORTED || answer == -Errno.EINTR);
		return answer;
	}
}
