package guest.driver;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

import bus.linux.Linux;
import bus.linux.LinuxException;

/** The two ends of a pipe, non-blocking; the holder's to close. */
record Pipe(int read, int write) {

	static List<Pipe> create(int count) throws LinuxException {
		var pipes = new ArrayList<Pipe>();
		for (int i = 0; i < count; i++)
			pipes.add(create());
		return pipes;
	}

	private static Pipe create() throws LinuxException {
		try (var arena = Arena.ofConfined()) {
			var pair = arena.allocate(JAVA_INT, 2);
			LinuxException.check(Linux.pipe2(pair.address()), "pipe2");
			return new Pipe(pair.getAtIndex(JAVA_INT, 0), pair.getAtIndex(JAVA_INT, 1));
		}
	}
}
