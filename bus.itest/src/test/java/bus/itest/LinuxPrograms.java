package bus.itest;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Commands of busybox, typed into the shell on the guest's first console. What they leave behind is in /tmp. */
final class LinuxPrograms implements GuestPrograms {
	private static final Duration PATIENCE = Duration.ofSeconds(90);
	private static final String LINKS = "/dev/virtio-ports/org.vport.";
	private static final int RING_PACKED = 34;
	/** The shell has these and its standard ones. */
	private static final List<Integer> DESCRIPTORS = List.of(3, 4, 5, 6, 7, 8, 9);

	private final GuestConsole console;
	private final List<Integer> free = new ArrayList<>(DESCRIPTORS);
	private int programs;

	/**
	 * @param console logged in
	 */
	LinuxPrograms(GuestConsole console) throws IOException, InterruptedException {
		this.console = console;
		quiet();
	}

	/** A shell that says nothing when a background job ends. */
	private void quiet() throws IOException, InterruptedException {
		console.run("set +m");
	}

	/** Something with a number of its own, in the background. */
	private final class Running implements Program {
		private final int number = ++programs;
		private final String output;

		/**
		 * @param command one whose process is the one that uses the port
		 * @param output the file that it writes what it has read to, or nothing
		 */
		Running(String command, String output) throws IOException, InterruptedException {
			this.output = output;
			console.run("{ { %s; } 2>/tmp/%d.err & echo $! >/tmp/%d.pid; wait $!; echo $? >/tmp/%d.end; } & p%d=$!"
					.formatted(command, number, number, number, number));
			console.run("until [ -s /tmp/%d.pid ]; do usleep 10000; done".formatted(number));
		}

		/** The kernel says in which function of its driver a process sleeps. */
		@Override
		public void awaitBlocked() throws IOException, InterruptedException {
			console.awaitOutput("cat /proc/$(cat /tmp/%d.pid)/stack".formatted(number), "[virtio_console]", true);
		}

		@Override
		public boolean ended() throws IOException, InterruptedException {
			return console.run("[ ! -e /tmp/%d.end ] || echo ended".formatted(number)).equals("ended");
		}

		@Override
		public String problem() throws IOException, InterruptedException {
			var said = console.run("wait $p%d; cat /tmp/%d.end; [ $(cat /tmp/%d.end) = 0 ] || cat /tmp/%d.err"
					.formatted(number, number, number, number), PATIENCE);
			return said.equals("0") ? "" : said.contains("No such device") ? "ENODEV" : said;
		}

		@Override
		public String taken() throws IOException, InterruptedException {
			if (!problem().isEmpty())
				throw new AssertionError(problem());
			return console.run("echo $(stat -c %%s %s) bytes, sha256=$(sha256sum <%s | cut -d' ' -f1)"
					.formatted(output, output), PATIENCE);
		}
	}

	private final class Opened implements OpenPort {
		private final int descriptor = free.removeFirst();
		private final String read = "/tmp/" + descriptor + ".read";

		Opened(String label) throws IOException, InterruptedException {
			console.run("exec %d<>%s%s".formatted(descriptor, LINKS, label));
		}

		@Override
		public Program write(Numbers text, int piece) throws IOException, InterruptedException {
			var file = "/tmp/%d-%d".formatted(text.first(), text.last());
			console.run("seq %d %d >%s".formatted(text.first(), text.last(), file));
			return writeFile(file, piece);
		}

		private Program writeFile(String file, int piece) throws IOException, InterruptedException {
			return new Running("exec dd bs=%d <%s >&%d".formatted(piece, file, descriptor), "");
		}

		@Override
		public Program read(int count, int piece) throws IOException, InterruptedException {
			if (count % piece != 0)
				throw new IllegalArgumentException("count=" + count + " piece=" + piece);
			return new Running("exec dd bs=%d count=%d iflag=fullblock <&%d >%s".formatted(piece, count / piece,
					descriptor, read), read);
		}

		@Override
		public Program writeBack(int piece) throws IOException, InterruptedException {
			return writeFile(read, piece);
		}

		@Override
		public boolean readable() throws IOException, InterruptedException {
			return console.run("read -t 0 <&%d && echo yes || echo no".formatted(descriptor)).equals("yes");
		}

		@Override
		public void close() throws IOException, InterruptedException {
			console.run("exec %d>&-; rm -f %s /tmp/*-*".formatted(descriptor, read));
			free.addFirst(descriptor);
		}
	}

	/** The file shows the features in force, a character for each. */
	@Override
	public boolean hasPackedRings() throws IOException, InterruptedException {
		var features = "/sys/bus/virtio/drivers/virtio_console/virtio*/features";
		return console.run("cut -c%d %s".formatted(RING_PACKED + 1, features)).equals("1");
	}

	@Override
	public List<String> ports() throws IOException, InterruptedException {
		return console.run("cd /sys/class/virtio-ports; for p in *; do echo ${p##*p} $(cat $p/name); done | sort -n;"
				+ " cd").lines().toList();
	}

	@Override
	public void awaitPorts(List<String> labels) throws IOException, InterruptedException {
		console.run("for l in %s; do until [ -c %s$l ]; do usleep 10000; done; done".formatted(String.join(" ", labels),
				LINKS), PATIENCE);
	}

	@Override
	public void awaitNoPort(String label) throws IOException, InterruptedException {
		console.awaitOutput("ls " + LINKS + label, "No such file", true);
		console.awaitOutput("cat /sys/class/virtio-ports/*/name", label, false);
	}

	@Override
	public OpenPort open(String label) throws IOException, InterruptedException {
		return new Opened(label);
	}

	/** The one program of busybox that opens with O_NONBLOCK what it writes to is syslogd. */
	@Override
	public void sayAtOnce(String label, String word) throws IOException, InterruptedException {
		console.run("syslogd -n -S -O %s%s & l=$!; until [ -S /dev/log ]; do usleep 10000; done; logger %s"
				.formatted(LINKS, label, word));
		// it waits for the next line, not for the port
		console.awaitOutput("cat /proc/$l/stack", "dgram_recvmsg", true);
		console.run("kill $l; wait $l; rm -f /dev/log");
	}

	@Override
	public Program writeLines(String label, int count) throws IOException, InterruptedException {
		return new Running("for i in $(seq %d); do echo line $i; done >%s%s".formatted(count, LINKS, label), "");
	}

	@Override
	public Program answerOnAll(List<String> labels) throws IOException, InterruptedException {
		console.run("for l in %s; do echo $l; done >/tmp/labels".formatted(String.join(" ", labels)));
		// a read answers 0 until the guest has heard of the client
		return new Running("""
				while read -r l; do
				  { until IFS= read -r x <&3; do usleep 10000; done; echo "$l: $x" >&3; } 3<>%s$l &
				done </tmp/labels; wait""".formatted(LINKS), "");
	}

	@Override
	public void print(String text) throws IOException, InterruptedException {
		console.run("echo " + unlikeItsEcho(text));
	}

	@Override
	public void printAndThenWrite(int characters, OpenPort port, Numbers text) throws IOException {
		console.type("(head -c %d /dev/zero | tr '\\0' x >/dev/hvc0; seq %d %d >&%d) &\n".formatted(characters,
				text.first(), text.last(), ((Opened) port).descriptor));
	}

	@Override
	public String readTyped(String line) throws IOException, InterruptedException {
		console.type("IFS= read -r typed\n" + line + "\n");
		return console.run("echo \"$typed\"");
	}

	@Override
	public void awaitConsoleSize(int columns, int rows) throws IOException, InterruptedException {
		console.awaitOutput("stty size", rows + " " + columns, true);
	}

	@Override
	public void reloadDriver() throws IOException, InterruptedException {
		loseShell("rebind");
	}

	@Override
	public void emergencyWrite(String text) throws IOException, InterruptedException {
		console.run("emergency " + unlikeItsEcho(text));
	}

	@Override
	public void emergencyWriteWithoutDriver(String text) throws IOException, InterruptedException {
		loseShell("setsid sh -c 'cd /sys/bus/virtio/drivers/virtio_console; d=$(echo virtio*); echo $d >unbind;"
				+ " emergency " + unlikeItsEcho(text) + "; echo $d >bind' </dev/null >/dev/console 2>&1 &");
	}

	private void loseShell(String command) throws IOException, InterruptedException {
		int before = console.position();
		console.type(command + "\n");
		console.loginAgain(before);
		free.clear();
		free.addAll(DESCRIPTORS);
		quiet();
	}

	/** The terminal shows the command as well, and must not be taken for what it prints. */
	private static String unlikeItsEcho(String text) {
		return "\"" + text.charAt(0) + "\"\"" + text.substring(1) + "\"";
	}
}
