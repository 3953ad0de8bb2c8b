package bus.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;

/**
 * The system calls, one static method each, named as in C. They answer what the kernel answered, or the negative error
 * number. Thread-safe. Addresses are those of off-heap memory that stays alive during the call, given as numbers so that
 * no segment is acquired for each call.
 *
 * <p>All calls go through {@code syscall(2)} of the C library with six longs: one native signature means one generated
 * stub, which is most of what start-up pays (a signature costs 3 to 8 ms, a function nothing). The numbers are those of
 * x86-64 or of the generic table that aarch64 and riscv64 share. {@code Linker.Option.critical} is not used: it saves
 * 3 ns of 150 and a call that blocks in it stops every safepoint of the process.
 */
public final class Linux {
	public static final int SOCK_STREAM = 1;
	public static final int AF_UNIX = 1;
	public static final int AF_INET = 2;
	public static final int AF_INET6 = 10;
	public static final int AF_VSOCK = 40;
	public static final int MSG_DONTWAIT = 0x40;
	public static final int MSG_NOSIGNAL = 0x4000;
	public static final int MSG_CTRUNC = 0x8;
	public static final int MSG_CMSG_CLOEXEC = 0x40000000;
	public static final int SOL_SOCKET = 1;
	public static final int SO_REUSEADDR = 2;
	public static final int SO_TYPE = 3;
	public static final int SO_ERROR = 4;
	public static final int SO_KEEPALIVE = 9;
	public static final int SO_PEERCRED = 17;
	public static final int SHUT_WR = 1;
	public static final int IPPROTO_TCP = 6;
	public static final int TCP_NODELAY = 1;
	public static final int TCP_KEEPIDLE = 4;
	public static final int TCP_KEEPINTVL = 5;
	public static final int TCP_KEEPCNT = 6;
	public static final int SCM_RIGHTS = 1;
	public static final int PROT_READ = 1;
	public static final int PROT_WRITE = 2;
	public static final int MAP_SHARED = 1;
	public static final int O_RDONLY = 0;
	public static final int O_WRONLY = 1;
	public static final int O_RDWR = 2;
	public static final int O_CREAT = 0x40;
	public static final int O_EXCL = 0x80;
	public static final int O_NOCTTY = 0x100;
	public static final int O_APPEND = 0x400;
	public static final int O_NONBLOCK = 0x800;
	public static final int F_GETFD = 1;
	public static final int F_GETFL = 3;
	public static final int F_SETFL = 4;
	public static final int F_ADD_SEALS = 1033;
	public static final int F_GET_SEALS = 1034;
	public static final int F_SEAL_SHRINK = 2;
	public static final int EPOLL_CTL_ADD = 1;
	public static final int EPOLL_CTL_DEL = 2;
	public static final int EPOLL_CTL_MOD = 3;
	public static final int TIOCSPTLCK = 0x40045431;
	public static final int TIOCGPTN = 0x80045430;
	public static final int TIOCSWINSZ = 0x5414;
	public static final int TIOCGWINSZ = 0x5413;
	public static final int FIONREAD = 0x541b;
	public static final int TCGETS = 0x5401;
	public static final int TCSETS = 0x5402;

	private static final int O_CLOEXEC = 0x80000;
	private static final int MFD_CLOEXEC = 1;
	private static final int MFD_ALLOW_SEALING = 2;
	private static final int AT_FDCWD = -100;
	private static final int S_IFIFO = 0010000;
	private static final int PRIO_PROCESS = 0;

	private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
	private static final StructLayout CALL_STATE = Linker.Option.captureStateLayout();
	private static final long ERRNO_OFFSET = CALL_STATE.byteOffset(PathElement.groupElement("errno"));
	/**
	 * Not final, on purpose. The code behind a constant handle is put into each caller, and where that gets too large the
	 * compiler stops short of the slice through which errno is taken: an object for each call then, of two calls in three.
	 * The code behind a variable is compiled by itself, where nothing stops it, and costs no more.
	 */
	private static MethodHandle syscall = syscallHandle();

	/** The segment that takes errno: each thread has its own, so no two calls share one. */
	private static final ThreadLocal<MemorySegment> STATE = ThreadLocal
			.withInitial(() -> Arena.ofAuto().allocate(CALL_STATE));

	private static final Numbers NR = Numbers.ofThisMachine();

	private Linux() {
	}

	@SuppressWarnings("restricted") // native access is what this bundle is for; the launcher grants it
	private static MethodHandle syscallHandle() {
		var linker = Linker.nativeLinker();
		var signature = FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG,
				JAVA_LONG, JAVA_LONG);
		return linker.downcallHandle(linker.defaultLookup().findOrThrow("syscall"), signature, ERRNO,
				Linker.Option.firstVariadicArg(1));
	}

	private static long call(long number, long a, long b, long c, long d, long e, long f) {
		var state = STATE.get();
		long answer;
		try {
			answer = (long) syscall.invokeExact(state, number, a, b, c, d, e, f);
		} catch (Throwable t) {
			throw new AssertionError(t); // a downcall throws nothing; the handle's type is the one above
		}
		return answer >= 0 ? answer : -state.get(JAVA_INT, ERRNO_OFFSET);
	}

	private static long call(long number, long a, long b, long c) {
		return call(number, a, b, c, 0, 0, 0);
	}

	/** The error number in a negative answer. */
	public static int errno(long answer) {
		return (int) -answer;
	}

	public static long read(int fd, long address, long length) {
		return call(NR.read(), fd, address, length);
	}

	public static long write(int fd, long address, long length) {
		return call(NR.write(), fd, address, length);
	}

	/** Scatters what can be read over {@code count} iovec structures at {@code iovec}. */
	public static long readv(int fd, long iovec, int count) {
		return call(NR.readv(), fd, iovec, count);
	}

	/** Writes the bytes of {@code count} iovec structures at {@code iovec}. */
	public static long writev(int fd, long iovec, int count) {
		return call(NR.writev(), fd, iovec, count);
	}

	/** Not to be repeated on EINTR: Linux has closed the descriptor then, and its number may be somebody else's. */
	public static long close(int fd) {
		return call(NR.close(), fd, 0, 0);
	}

	/** Opens a file, close-on-exec. */
	public static long open(String path, int flags, int mode) {
		try (var arena = Arena.ofConfined()) {
			var name = arena.allocateFrom(path, StandardCharsets.UTF_8);
			return call(NR.openat(), AT_FDCWD, name.address(), flags | O_CLOEXEC, mode, 0, 0);
		}
	}

	/** Makes a named pipe; the process's umask takes permissions away. */
	public static long mkfifo(String path, int mode) {
		try (var arena = Arena.ofConfined()) {
			return call(NR.mknodat(), AT_FDCWD, arena.allocateFrom(path, StandardCharsets.UTF_8).address(),
					S_IFIFO | mode, 0, 0, 0);
		}
	}

	/** Makes the calling thread, not its process, so nice: 0 to 19, and back only for the privileged. */
	public static long setpriority(int nice) {
		return call(NR.setpriority(), PRIO_PROCESS, 0, nice);
	}

	/** An event counter, non-blocking and close-on-exec. */
	public static long eventfd(int initial) {
		return call(NR.eventfd2(), initial, O_CLOEXEC | O_NONBLOCK, 0);
	}

	/** A close-on-exec epoll instance. */
	public static long epoll_create1() {
		return call(NR.epollCreate1(), O_CLOEXEC, 0, 0);
	}

	/** {@code event} is the address of a struct epoll_event, which {@link Epoll} lays out. */
	public static long epoll_ctl(int epoll, int operation, int fd, long event) {
		return call(NR.epollCtl(), epoll, operation, fd, event, 0, 0);
	}

	/** Waits at most {@code milliseconds}, -1 for ever. Uses epoll_pwait, which every architecture has. */
	public static long epoll_wait(int epoll, long events, int capacity, int milliseconds) {
		return call(NR.epollPwait(), epoll, events, capacity, milliseconds, 0, 8);
	}

	/** Asks, without waiting, what {@code count} struct pollfd at {@code descriptors} have to say. */
	public static long poll(long descriptors, int count) {
		try (var arena = Arena.ofConfined()) {
			return call(NR.ppoll(), descriptors, count, arena.allocate(16, 8).address(), 0, 0, 0);
		}
	}

	/** A non-blocking, close-on-exec socket. */
	public static long socket(int family, int type) {
		return call(NR.socket(), family, type | O_CLOEXEC | O_NONBLOCK, 0);
	}

	/** A non-blocking, close-on-exec pair of connected sockets, whose numbers go to the two ints at {@code pair}. */
	public static long socketpair(int family, int type, long pair) {
		return call(NR.socketpair(), family, type | O_CLOEXEC | O_NONBLOCK, 0, pair, 0, 0);
	}

	/** A non-blocking, close-on-exec pipe; the numbers of its reading and its writing end go to the two ints at {@code pair}. */
	public static long pipe2(long pair) {
		return call(NR.pipe2(), pair, O_CLOEXEC | O_NONBLOCK, 0);
	}

	public static long bind(int fd, long address, int length) {
		return call(NR.bind(), fd, address, length);
	}

	public static long listen(int fd, int backlog) {
		return call(NR.listen(), fd, backlog, 0);
	}

	/** The accepted socket is non-blocking and close-on-exec. */
	public static long accept4(int fd) {
		return call(NR.accept4(), fd, 0, 0, O_CLOEXEC | O_NONBLOCK, 0, 0);
	}

	public static long connect(int fd, long address, int length) {
		return call(NR.connect(), fd, address, length);
	}

	public static long getsockname(int fd, long address, long length) {
		return call(NR.getsockname(), fd, address, length);
	}

	public static long getpeername(int fd, long address, long length) {
		return call(NR.getpeername(), fd, address, length);
	}

	/** Ends one direction of a connection, or both. */
	public static long shutdown(int fd, int how) {
		return call(NR.shutdown(), fd, how, 0);
	}

	/** Sets an option whose value is an int. */
	public static long setsockopt(int fd, int level, int option, int value) {
		try (var arena = Arena.ofConfined()) {
			var holder = arena.allocateFrom(JAVA_INT, value);
			return call(NR.setsockopt(), fd, level, option, holder.address(), Integer.BYTES, 0);
		}
	}

	/** Reads an option whose value is an int, which is never negative for the options used here. */
	public static long getsockopt(int fd, int level, int option) {
		try (var arena = Arena.ofConfined()) {
			var holder = arena.allocate(JAVA_INT);
			var length = arena.allocateFrom(JAVA_INT, Integer.BYTES);
			long answer = call(NR.getsockopt(), fd, level, option, holder.address(), length.address(), 0);
			return answer < 0 ? answer : holder.get(JAVA_INT, 0);
		}
	}

	/** Reads an option whose value is a structure at {@code value}, of the size in the int at {@code length}. */
	public static long getsockopt(int fd, int level, int option, long value, long length) {
		return call(NR.getsockopt(), fd, level, option, value, length, 0);
	}

	public static long sendmsg(int fd, long message, int flags) {
		return call(NR.sendmsg(), fd, message, flags);
	}

	public static long recvmsg(int fd, long message, int flags) {
		return call(NR.recvmsg(), fd, message, flags);
	}

	/** An anonymous file that may be sealed, close-on-exec. */
	public static long memfd_create(String name) {
		try (var arena = Arena.ofConfined()) {
			return call(NR.memfdCreate(), arena.allocateFrom(name).address(), MFD_CLOEXEC | MFD_ALLOW_SEALING, 0);
		}
	}

	public static long ftruncate(int fd, long size) {
		return call(NR.ftruncate(), fd, size, 0);
	}

	/** Moves the file position; with {@code whence} 2 (SEEK_END) the answer is the size. */
	public static long lseek(int fd, long offset, int whence) {
		return call(NR.lseek(), fd, offset, whence);
	}

	/** On a socket before {@link #bind}: the permissions that its file will have at most. */
	public static long fchmod(int fd, int mode) {
		return call(NR.fchmod(), fd, mode, 0);
	}

	public static long fcntl(int fd, int command, long argument) {
		return call(NR.fcntl(), fd, command, argument);
	}

	/** The address, or a negative error number: user addresses are never negative. */
	public static long mmap(long size, int protection, int flags, int fd, long offset) {
		return call(NR.mmap(), 0, size, protection, flags, fd, offset);
	}

	public static long munmap(long address, long size) {
		return call(NR.munmap(), address, size, 0);
	}

	/** {@code argument} is a number or the address of a structure, as the request demands. */
	public static long ioctl(int fd, int request, long argument) {
		return call(NR.ioctl(), fd, request & 0xffffffffL, argument);
	}
}
