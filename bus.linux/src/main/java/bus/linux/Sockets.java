package bus.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;

/** Opens UNIX, TCP and vsock sockets whose descriptor numbers are needed, which Java's own channels hide. */
public final class Sockets {
	/** Permissions for the owner alone, 0600. */
	public static final int OWNER_ONLY = 0600;
	/** Permissions for everybody, 0666, where something else says who may come. */
	public static final int EVERYBODY = 0666;
	/** All context numbers of this machine, VMADDR_CID_ANY. */
	public static final int ANY_CID = -1;

	private static final int BACKLOG = 128;

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
			var address = SocketAddress.unix(arena, path);
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

	/**
	 * Listens on a UNIX socket in Linux's abstract name space, where there are no files: the name goes with the socket,
	 * and nothing says who may connect.
	 *
	 * @return a non-blocking listening descriptor
	 */
	public static int listenAbstract(String name) throws LinuxException {
		try (var arena = Arena.ofConfined()) {
			return listen(Linux.AF_UNIX, SocketAddress.abstractUnix(arena, name), "@" + name);
		}
	}

	/**
	 * Listens on a socket between a host and its virtual machines.
	 *
	 * @param cid which of the machine's context numbers; {@link #ANY_CID} for all
	 * @param port -1 lets the kernel choose
	 * @return a non-blocking listening descriptor
	 */
	public static int listenVsock(int cid, int port) throws LinuxException {
		try (var arena = Arena.ofConfined()) {
			return listen(Linux.AF_VSOCK, SocketAddress.vsock(arena, cid, port), SocketAddress.vsock(cid, port));
		}
	}

	private static int listen(int family, MemorySegment address, String name) throws LinuxException {
		int fd = socket(family, name);
		try {
			LinuxException.check(Linux.bind(fd, address.address(), (int) address.byteSize()), "bind(" + name + ")");
			LinuxException.check(Linux.listen(fd, BACKLOG), "listen(" + name + ")");
			return fd;
		} catch (LinuxException e) {
			Linux.close(fd);
			throw e;
		}
	}

	private static int socket(int family, String name) throws LinuxException {
		return (int) LinuxException.check(Linux.socket(family, Linux.SOCK_STREAM), "socket(" + name + ")");
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

	/** Connects to a UNIX socket; the descriptor is non-blocking. Fails with EAGAIN if the backlog there is full. */
	public static int connectUnix(Path path) throws LinuxException {
		try (var arena = Arena.ofConfined()) {
			return connect(Linux.AF_UNIX, SocketAddress.unix(arena, path), path.toString());
		}
	}

	/** As {@link #connectUnix}, for an abstract name. */
	public static int connectAbstract(String name) throws LinuxException {
		try (var arena = Arena.ofConfined()) {
			return connect(Linux.AF_UNIX, SocketAddress.abstractUnix(arena, name), "@" + name);
		}
	}

	/** Begins to connect; how it ended says {@link #connected}, when the descriptor has become writable. */
	public static int connectTcp(InetSocketAddress address) throws LinuxException {
		try (var arena = Arena.ofConfined()) {
			var host = address.getAddress();
			int family = host instanceof Inet6Address ? Linux.AF_INET6 : Linux.AF_INET;
			return connect(family, SocketAddress.inet(arena, host, address.getPort()), address.toString());
		}
	}

	/** As {@link #connectTcp}, to a virtual machine or to its host. */
	public static int connectVsock(int cid, int port) throws LinuxException {
		try (var arena = Arena.ofConfined()) {
			return connect(Linux.AF_VSOCK, SocketAddress.vsock(arena, cid, port), SocketAddress.vsock(cid, port));
		}
	}

	private static int connect(int family, MemorySegment address, String name) throws LinuxException {
		int fd = socket(family, name);
		long answer = Linux.connect(fd, address.address(), (int) address.byteSize());
		if (answer < 0 && answer != -Errno.EINPROGRESS) {
			Linux.close(fd);
			throw new LinuxException("connect(" + name + ")", Linux.errno(answer));
		}
		return fd;
	}

	/** How a connection ended up: 0 if it is there, else the positive error number. To be asked once. */
	public static int connected(int fd) {
		long error = Linux.getsockopt(fd, Linux.SOL_SOCKET, Linux.SO_ERROR);
		return (int) Math.abs(error);
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
			var socketAddress = SocketAddress.inet(arena, host, address.getPort());
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

	/** The TCP port that a socket is bound to. */
	public static int port(int fd) throws LinuxException {
		try (var arena = Arena.ofConfined()) {
			var address = arena.allocate(28, 4);
			var length = arena.allocateFrom(JAVA_INT, 28);
			LinuxException.check(Linux.getsockname(fd, address.address(), length.address()), "getsockname");
			return Short.toUnsignedInt(address.get(SocketAddress.NETWORK_SHORT, 2));
		}
	}

	/** The vsock port that a socket is bound to. */
	public static int vsockPort(int fd) throws LinuxException {
		try (var arena = Arena.ofConfined()) {
			var address = arena.allocate(16, 4);
			var length = arena.allocateFrom(JAVA_INT, 16);
			LinuxException.check(Linux.getsockname(fd, address.address(), length.address()), "getsockname");
			return address.get(JAVA_INT, 4);
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
