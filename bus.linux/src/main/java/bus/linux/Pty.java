package bus.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;

/**
 * A pseudo terminal: the master's descriptor, non-blocking, and the path of the slave, which is in raw mode.
 *
 * @param master this record's to close
 * @param slave for instance {@code /dev/pts/7}
 */
public record Pty(int master, String slave) implements AutoCloseable {

	// struct termios of the kernel: four flag words, then line discipline and control characters
	private static final long INPUT = 0;
	private static final long OUTPUT = 4;
	private static final long CONTROL = 8;
	private static final long LOCAL = 12;
	private static final long VTIME = 17 + 5;
	private static final long VMIN = 17 + 6;
	private static final long TERMIOS_SIZE = 36;
	// what cfmakeraw(3) clears and sets
	private static final int RAW_INPUT_OFF = 0x1 | 0x2 | 0x8 | 0x20 | 0x40 | 0x80 | 0x100 | 0x400;
	private static final int RAW_OUTPUT_OFF = 0x1;
	private static final int RAW_LOCAL_OFF = 0x8 | 0x40 | 0x2 | 0x1 | 0x8000;
	private static final int RAW_CONTROL_OFF = 0x30 | 0x100;
	private static final int RAW_CONTROL_ON = 0x30;

	/** Opens a new pseudo terminal. */
	public static Pty open() throws LinuxException {
		int flags = Linux.O_RDWR | Linux.O_NOCTTY | Linux.O_NONBLOCK;
		int master = (int) LinuxException.check(Linux.open("/dev/ptmx", flags, 0), "open(/dev/ptmx)");
		try (var arena = Arena.ofConfined()) {
			var number = arena.allocateFrom(JAVA_INT, 0);
			LinuxException.check(Linux.ioctl(master, Linux.TIOCSPTLCK, number.address()), "TIOCSPTLCK");
			var termios = arena.allocate(TERMIOS_SIZE, 4);
			LinuxException.check(Linux.ioctl(master, Linux.TCGETS, termios.address()), "TCGETS");
			termios.set(JAVA_INT, INPUT, termios.get(JAVA_INT, INPUT) & ~RAW_INPUT_OFF);
			termios.set(JAVA_INT, OUTPUT, termios.get(JAVA_INT, OUTPUT) & ~RAW_OUTPUT_OFF);
			termios.set(JAVA_INT, LOCAL, termios.get(JAVA_INT, LOCAL) & ~RAW_LOCAL_OFF);
			termios.set(JAVA_INT, CONTROL, termios.get(JAVA_INT, CONTROL) & ~RAW_CONTROL_OFF | RAW_CONTROL_ON);
			termios.set(JAVA_BYTE, VTIME, (byte) 0);
			termios.set(JAVA_BYTE, VMIN, (byte) 1);
			LinuxException.check(Linux.ioctl(master, Linux.TCSETS, termios.address()), "TCSETS");
			return of(master);
		} catch (LinuxException e) {
			Linux.close(master);
			throw e;
		}
	}

	/**
	 * A pseudo terminal that was opened by {@link #open} and whose record is not there any more.
	 *
	 * @param master the new record's to close
	 */
	public static Pty of(int master) throws LinuxException {
		return new Pty(master, slave(master));
	}

	private static String slave(int master) throws LinuxException {
		try (var arena = Arena.ofConfined()) {
			var number = arena.allocate(JAVA_INT);
			LinuxException.check(Linux.ioctl(master, Linux.TIOCGPTN, number.address()), "TIOCGPTN");
			return "/dev/pts/" + number.get(JAVA_INT, 0);
		}
	}

	/**
	 * The size that the program on the slave's side has set.
	 *
	 * @return columns in the low 16 bits, rows in the next 16
	 */
	public int windowSize() throws LinuxException {
		try (var arena = Arena.ofConfined()) {
			var size = arena.allocate(8, 2); // struct winsize: rows, columns, two pixel counts
			LinuxException.check(Linux.ioctl(master, Linux.TIOCGWINSZ, size.address()), "TIOCGWINSZ");
			return Short.toUnsignedInt(size.get(JAVA_SHORT, 2)) | size.get(JAVA_SHORT, 0) << 16;
		}
	}

	@Override
	public void close() {
		Linux.close(master);
	}
}
