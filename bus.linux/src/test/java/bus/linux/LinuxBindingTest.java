package bus.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
final class LinuxBindingTest {
	private static final int CLOEXEC = 1;

	@TempDir
	Path folder;
	private final Arena arena = Arena.ofConfined();

	@AfterEach
	void free() {
		arena.close();
	}

	private MemorySegment text(String text) {
		return arena.allocateFrom(JAVA_BYTE, text.getBytes());
	}

	private int open(String name, int flags) {
		return ok(Linux.open(folder.resolve(name).toString(), flags, 0600));
	}

	private static int ok(long answer) {
		assertTrue(answer >= 0, () -> "answer " + answer + ": " + Errno.text(Linux.errno(answer)));
		return (int) answer;
	}

	private static void assertCloseOnExec(int fd) {
		assertEquals(CLOEXEC, Linux.fcntl(fd, Linux.F_GETFD, 0), "FD_CLOEXEC of " + fd);
	}

	private static void assertNonBlocking(int fd) {
		assertTrue((Linux.fcntl(fd, Linux.F_GETFL, 0) & Linux.O_NONBLOCK) != 0, "O_NONBLOCK of " + fd);
	}

	/** The tests below, and those of {@link PeerBindingTest}, name the bindings that they cover, two underlines between. */
	@Test
	void bindings_all_haveATest() {
		var calls = Arrays.stream(Linux.class.getDeclaredMethods()).filter(m -> Modifier.isPublic(m.getModifiers()))
				.map(m -> m.getName()).collect(Collectors.toCollection(TreeSet::new));
		var tested = Stream.of(LinuxBindingTest.class, PeerBindingTest.class)
				.flatMap(test -> Arrays.stream(test.getDeclaredMethods())).filter(m -> m.isAnnotationPresent(Test.class)).flatMap(m -> Arrays.stream(m.getName().split("__")))
				.collect(Collectors.toSet());
		assertEquals(Set.of(), calls.stream().filter(call -> !tested.contains(call)).collect(Collectors.toSet()));
	}

	@Test
	void open__write__read__lseek__bytesOfAFile() throws Exception {
		int fd = open("f", Linux.O_RDWR | Linux.O_CREAT | Linux.O_EXCL);
		assertCloseOnExec(fd);
		var data = text("hello");
		assertEquals(5, Linux.write(fd, data.address(), 5));
		assertEquals(5, Linux.lseek(fd, 0, 2));
		assertEquals(1, Linux.lseek(fd, 1, 0));
		var back = arena.allocate(8);
		assertEquals(4, Linux.read(fd, back.address(), 8));
		assertEquals('e', back.get(JAVA_BYTE, 0));
		ok(Linux.close(fd));
		assertEquals("hello", Files.readString(folder.resolve("f")));
		assertEquals(-Errno.EEXIST, Linux.open(folder.resolve("f").toString(),
				Linux.O_RDWR | Linux.O_CREAT | Linux.O_EXCL, 0600));
	}

	@Test
	void open_append_writesAtTheEnd() throws Exception {
		Files.writeString(folder.resolve("a"), "one ");
		int fd = open("a", Linux.O_WRONLY | Linux.O_APPEND);
		ok(Linux.write(fd, text("two").address(), 3));
		ok(Linux.close(fd));
		assertEquals("one two", Files.readString(folder.resolve("a")));
	}

	@Test
	void mkfifo__aPipeWithAName() throws Exception {
		var path = folder.resolve("pipe");
		ok(Linux.mkfifo(path.toString(), 0600));
		assertEquals(0010600, Files.getAttribute(path, "unix:mode"));
		assertEquals(-Errno.EEXIST, Linux.mkfifo(path.toString(), 0600));
	}

	@Test
	void setpriority__ofThisThreadAlone() throws Exception {
		var before = nice();
		var nice = new ArrayList<String>();
		var thread = Thread.ofPlatform().start(() -> {
			ok(Linux.setpriority(19));
			nice.add(nice());
		});
		thread.join();
		assertEquals(List.of("19"), nice);
		assertEquals(before, nice());
	}

	private static String nice() {
		try {
			var fields = Files.readString(Path.of("/proc/thread-self/stat")).replaceFirst(".*\\) ", "").split(" ");
			return fields[16];
		} catch (IOException e) {
			throw new UncheckedIOException(e);
		}
	}

	@Test
	void writev__readv__severalPieces() {
		int fd = open("v", Linux.O_RDWR | Linux.O_CREAT);
		var out = new Iovec(arena, 2);
		out.set(0, text("abc").address(), 3);
		out.set(1, text("de").address(), 2);
		assertEquals(3, out.length(0));
		assertEquals(5, Linux.writev(fd, out.address(0), 2));
		assertEquals(2, Linux.writev(fd, out.address(1), 1), "from the second entry on");
		ok(Linux.lseek(fd, 0, 0));
		var one = arena.allocate(1);
		var rest = arena.allocate(10);
		var in = new Iovec(arena, 2);
		in.set(0, one.address(), 1);
		in.set(1, rest.address(), 10);
		assertEquals(one.address(), in.base(0));
		assertEquals(2, in.capacity());
		assertEquals(7, Linux.readv(fd, in.address(0), 2));
		assertEquals('a', one.get(JAVA_BYTE, 0));
		assertArrayEquals("bcdede".getBytes(), rest.asSlice(0, 6).toArray(JAVA_BYTE));
		ok(Linux.close(fd));
	}

	@Test
	void close__badDescriptor() {
		assertEquals(-Errno.EBADF, Linux.close(-1));
	}

	@Test
	void errno__check__eachCallItsOwn() {
		assertEquals(Errno.ENOENT, Linux.errno(Linux.open(folder.resolve("none").toString(), Linux.O_RDONLY, 0)));
		assertEquals(-Errno.EBADF, Linux.read(-1, 0, 0));
		int fd = open("r", Linux.O_WRONLY | Linux.O_CREAT);
		assertEquals(-Errno.EBADF, Linux.read(fd, arena.allocate(1).address(), 1), "not open for reading");
		assertEquals(-Errno.EFAULT, Linux.write(fd, 8, 1));
		ok(Linux.close(fd));
		var e = assertThrows(LinuxException.class, () -> LinuxException.check(-Errno.EACCES, "open(/x)"));
		assertEquals(Errno.EACCES, e.errno());
		assertEquals("open(/x): permission denied", e.getMessage());
		assertEquals("errno 77", Errno.text(77));
	}

	@Test
	void eventfd__countsAndIsTaken() {
		int fd = ok(Linux.eventfd(3));
		assertCloseOnExec(fd);
		var count = arena.allocateFrom(JAVA_LONG, 2);
		assertEquals(8, Linux.write(fd, count.address(), 8));
		assertEquals(8, Linux.read(fd, count.address(), 8));
		assertEquals(5, count.get(JAVA_LONG, 0));
		assertEquals(-Errno.EAGAIN, Linux.read(fd, count.address(), 8), "non-blocking");
		ok(Linux.close(fd));
	}

	@Test
	void epoll_create1__epoll_ctl__epoll_wait__rawStructure() {
		int epoll = ok(Linux.epoll_create1());
		assertCloseOnExec(epoll);
		int event = ok(Linux.eventfd(1));
		var structure = arena.allocate(16, 8);
		structure.set(JAVA_INT, 0, Epoll.IN);
		assertEquals(0, Linux.epoll_ctl(epoll, Linux.EPOLL_CTL_ADD, event, structure.address()));
		assertEquals(-Errno.EEXIST, Linux.epoll_ctl(epoll, Linux.EPOLL_CTL_ADD, event, structure.address()));
		assertEquals(1, Linux.epoll_wait(epoll, structure.address(), 1, 1000));
		assertEquals(0, Linux.epoll_ctl(epoll, Linux.EPOLL_CTL_DEL, event, structure.address()));
		assertEquals(0, Linux.epoll_wait(epoll, structure.address(), 1, 0));
		ok(Linux.close(event));
		ok(Linux.close(epoll));
	}

	@Test
	void socket__bind__listen__connect__accept4__getsockname__loopback() throws Exception {
		int listening = ok(Linux.socket(Linux.AF_INET, Linux.SOCK_STREAM));
		assertCloseOnExec(listening);
		assertNonBlocking(listening);
		var address = arena.allocate(16, 4);
		address.set(JAVA_BYTE, 0, (byte) Linux.AF_INET);
		address.set(JAVA_BYTE, 4, (byte) 127);
		address.set(JAVA_BYTE, 7, (byte) 1);
		ok(Linux.bind(listening, address.address(), 16));
		ok(Linux.listen(listening, 1));
		assertEquals(-Errno.EAGAIN, Linux.accept4(listening));
		var length = arena.allocateFrom(JAVA_INT, 16);
		ok(Linux.getsockname(listening, address.address(), length.address()));
		assertEquals(16, length.get(JAVA_INT, 0));
		int client = ok(Linux.socket(Linux.AF_INET, Linux.SOCK_STREAM));
		long answer = Linux.connect(client, address.address(), 16);
		assertTrue(answer == 0 || answer == -Errno.EINPROGRESS, "connect " + answer);
		try (var epoll = new Epoll(1)) {
			epoll.add(listening, Epoll.IN, 0);
			assertEquals(1, epoll.await(10_000));
		}
		int accepted = ok(Linux.accept4(listening));
		assertCloseOnExec(accepted);
		assertNonBlocking(accepted);
		for (int fd : new int[] { accepted, client, listening })
			ok(Linux.close(fd));
	}

	@Test
	void setsockopt__getsockopt__valueComesBack() {
		int fd = ok(Linux.socket(Linux.AF_INET, Linux.SOCK_STREAM));
		assertEquals(0, Linux.getsockopt(fd, Linux.SOL_SOCKET, Linux.SO_REUSEADDR));
		ok(Linux.setsockopt(fd, Linux.SOL_SOCKET, Linux.SO_REUSEADDR, 1));
		assertEquals(1, Linux.getsockopt(fd, Linux.SOL_SOCKET, Linux.SO_REUSEADDR));
		ok(Linux.setsockopt(fd, Linux.IPPROTO_TCP, Linux.TCP_NODELAY, 1));
		assertEquals(1, Linux.getsockopt(fd, Linux.IPPROTO_TCP, Linux.TCP_NODELAY));
		assertEquals(0, Linux.getsockopt(fd, Linux.SOL_SOCKET, Linux.SO_ERROR));
		ok(Linux.close(fd));
		assertEquals(-Errno.EBADF, Linux.getsockopt(fd, Linux.SOL_SOCKET, Linux.SO_ERROR));
	}

	@Test
	void pipe2__bytesGoOneWay() {
		var pair = arena.allocate(JAVA_INT, 2);
		ok(Linux.pipe2(pair.address()));
		int read = pair.getAtIndex(JAVA_INT, 0);
		int write = pair.getAtIndex(JAVA_INT, 1);
		assertCloseOnExec(read);
		assertCloseOnExec(write);
		assertNonBlocking(read);
		var room = arena.allocate(4);
		assertEquals(-Errno.EAGAIN, Linux.read(read, room.address(), 4));
		assertEquals(3, Linux.write(write, text("abc").address(), 3));
		assertEquals(3, Linux.read(read, room.address(), 4));
		assertEquals(-Errno.EBADF, Linux.write(read, room.address(), 1));
		ok(Linux.close(write));
		assertEquals(0, Linux.read(read, room.address(), 4));
		ok(Linux.close(read));
	}

	@Test
	void socketpair__sendmsg__recvmsg__bytesCross() {
		var pair = arena.allocate(JAVA_INT, 2);
		ok(Linux.socketpair(Linux.AF_UNIX, Linux.SOCK_STREAM, pair.address()));
		int a = pair.getAtIndex(JAVA_INT, 0);
		int b = pair.getAtIndex(JAVA_INT, 1);
		assertCloseOnExec(a);
		assertCloseOnExec(b);
		assertNonBlocking(a);
		var iovec = new Iovec(arena, 1);
		iovec.set(0, text("xyz").address(), 3);
		var message = arena.allocate(56, 8);
		message.set(JAVA_LONG, 16, iovec.address(0));
		message.set(JAVA_LONG, 24, 1);
		assertEquals(3, Linux.sendmsg(a, message.address(), Linux.MSG_NOSIGNAL));
		var room = arena.allocate(4);
		iovec.set(0, room.address(), 4);
		assertEquals(3, Linux.recvmsg(b, message.address(), Linux.MSG_DONTWAIT));
		assertEquals('z', room.get(JAVA_BYTE, 2));
		assertEquals(-Errno.EAGAIN, Linux.recvmsg(b, message.address(), 0));
		ok(Linux.close(b));
		assertEquals(-Errno.EPIPE, Linux.sendmsg(a, message.address(), Linux.MSG_NOSIGNAL));
		ok(Linux.close(a));
	}

	@Test
	void memfd_create__ftruncate__fcntl__mmap__munmap__sealedAndShared() {
		int fd = ok(Linux.memfd_create("test"));
		assertCloseOnExec(fd);
		ok(Linux.ftruncate(fd, 8192));
		assertEquals(8192, Linux.lseek(fd, 0, 2));
		ok(Linux.fcntl(fd, Linux.F_ADD_SEALS, Linux.F_SEAL_SHRINK));
		assertEquals(Linux.F_SEAL_SHRINK, Linux.fcntl(fd, Linux.F_GET_SEALS, 0));
		assertEquals(-Errno.EPERM, Linux.ftruncate(fd, 4096));
		long address = Linux.mmap(4096, Linux.PROT_READ | Linux.PROT_WRITE, Linux.MAP_SHARED, fd, 4096);
		assertTrue(address > 0 && address % 4096 == 0, "address " + address);
		var b = text("m");
		ok(Linux.lseek(fd, 4096 + 7, 0));
		assertEquals(1, Linux.write(fd, b.address(), 1));
		ok(Linux.lseek(fd, 4096 + 7, 0));
		var pipe = arena.allocate(1);
		assertEquals(1, Linux.write(fd, address + 7, 1), "the kernel reads through the mapping");
		ok(Linux.lseek(fd, 4096 + 7, 0));
		assertEquals(1, Linux.read(fd, pipe.address(), 1));
		assertEquals('m', pipe.get(JAVA_BYTE, 0));
		ok(Linux.munmap(address, 4096));
		assertEquals(-Errno.EFAULT, Linux.write(fd, address, 1), "nothing is mapped there any more");
		assertEquals(-Errno.EINVAL, Linux.mmap(4096, Linux.PROT_READ, Linux.MAP_SHARED, fd, 1));
		ok(Linux.close(fd));
	}

	@Test
	void fchmod__permissionsOfTheFile() throws Exception {
		int fd = open("m", Linux.O_RDWR | Linux.O_CREAT);
		ok(Linux.fchmod(fd, 0640));
		assertEquals("rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("m"))));
		ok(Linux.fcntl(fd, Linux.F_SETFL, Linux.O_NONBLOCK));
		assertNonBlocking(fd);
		ok(Linux.close(fd));
	}

	@Test
	void fchmod__ofASocketBeforeBind_itsFileIsNeverWider() throws Exception {
		int fd = ok(Linux.socket(Linux.AF_UNIX, Linux.SOCK_STREAM));
		ok(Linux.fchmod(fd, 0600));
		var path = folder.resolve("s");
		var address = arena.allocate(2L + path.toString().length() + 1);
		address.set(JAVA_BYTE, 0, (byte) Linux.AF_UNIX);
		MemorySegment.copy(path.toString().getBytes(), 0, address, JAVA_BYTE, 2, path.toString().length());
		ok(Linux.bind(fd, address.address(), (int) address.byteSize()));
		assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
		ok(Linux.close(fd));
	}

	@Test
	void ioctl__notATerminal() {
		int fd = open("i", Linux.O_RDWR | Linux.O_CREAT);
		assertEquals(-25, Linux.ioctl(fd, Linux.TIOCGWINSZ, arena.allocate(8).address()), "ENOTTY");
		ok(Linux.close(fd));
	}
}
