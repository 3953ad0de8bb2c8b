package bus.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The kernel's structures for addresses of sockets: a family of two bytes, and what that family has. */
final class SocketAddress {
	static final ValueLayout.OfShort NETWORK_SHORT = JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);

	private static final int SUN_PATH = 108;

	private SocketAddress() {
	}

	static MemorySegment unix(Arena arena, Path path) throws LinuxException {
		byte[] name = path.toString().getBytes(StandardCharsets.UTF_8);
		if (name.length >= SUN_PATH)
			throw new LinuxException("socket path of " + name.length + " bytes, the limit is " + (SUN_PATH - 1) + ": "
					+ path, Errno.EINVAL);
		var address = arena.allocate(2L + name.length + 1);
		address.set(JAVA_SHORT, 0, (short) Linux.AF_UNIX);
		MemorySegment.copy(name, 0, address, JAVA_BYTE, 2, name.length);
		return address;
	}

	static MemorySegment abstractUnix(Arena arena, String name) throws LinuxException {
		byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
		if (bytes.length >= SUN_PATH)
			throw new LinuxException("abstract socket name of " + bytes.length + " bytes, the limit is "
					+ (SUN_PATH - 1) + ": @" + name, Errno.EINVAL);
		var address = arena.allocate(2L + 1 + bytes.length); // a zero marks the name space; the length is the name's
		address.set(JAVA_SHORT, 0, (short) Linux.AF_UNIX);
		MemorySegment.copy(bytes, 0, address, JAVA_BYTE, 3, bytes.length);
		return address;
	}

	// sockaddr_in: family 0, port 2, address 4, 16 in all; sockaddr_in6: family 0, port 2, flow 4, address 8, scope 24
	static MemorySegment inet(Arena arena, InetAddress host, int port) {
		byte[] bytes = host.getAddress();
		boolean v6 = host instanceof Inet6Address;
		var address = arena.allocate(v6 ? 28 : 16, 4);
		address.set(JAVA_SHORT, 0, (short) (v6 ? Linux.AF_INET6 : Linux.AF_INET));
		address.set(NETWORK_SHORT, 2, (short) port);
		MemorySegment.copy(bytes, 0, address, JAVA_BYTE, v6 ? 8 : 4, bytes.length);
		if (host instanceof Inet6Address six)
			address.set(JAVA_INT, 24, six.getScopeId());
		return address;
	}

	// sockaddr_vm: family 0, port 4, cid 8, 16 in all, in the machine's own byte order
	static MemorySegment vsock(Arena arena, int cid, int port) {
		var address = arena.allocate(16, 4);
		address.set(JAVA_SHORT, 0, (short) Linux.AF_VSOCK);
		address.set(JAVA_INT, 4, port);
		address.set(JAVA_INT, 8, cid);
		return address;
	}

	static String vsock(int cid, int port) {
		return "vsock:" + (cid == Sockets.ANY_CID ? "any" : Integer.toUnsignedString(cid)) + ":" + Integer.toUnsignedString(port);
	}
}
