package bus.itest;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

import bus.linux.LinuxException;
import guest.driver.ConsoleDriver;
import guest.driver.GuestSidePort;
import guest.driver.VirtioFeature;

/** Threads of the test on the driver of guest.driver. */
final class DriverPrograms implements GuestPrograms {
	private static final Duration PATIENCE = Duration.ofSeconds(60);
	private static final int ENODEV = 19;

	private final ConsoleDriver driver;
	private final GuestConsole terminal;

	/**
	 * @param terminal the host's end of the first console
	 */
	DriverPrograms(Path socket, int ports, GuestConsole terminal) throws IOException {
		this.driver = ConsoleDriver.connect(socket, ports);
		this.terminal = terminal;
	}

	ConsoleDriver driver() {
		return driver;
	}

	private static String name(String label) {
		return "org.vport." + label;
	}

	/** What a program does; answers what it has read. */
	@FunctionalInterface
	private interface Work {
		byte[] run() throws IOException;
	}

	private static final class Running implements Program {
		private final FutureTask<byte[]> task;
		private final Thread thread;

		Running(Work work) {
			task = new FutureTask<>(work::run);
			thread = Thread.ofPlatform().daemon().name("guest program").start(task);
		}

		@Override
		public void awaitBlocked() {
			Await.until("a program that waits", () -> thread.getState() == Thread.State.TIMED_WAITING);
		}

		@Override
		public boolean ended() {
			return task.isDone();
		}

		@Override
		public String problem() throws InterruptedException {
			try {
				task.get();
				return "";
			} catch (ExecutionException e) {
				return e.getCause() instanceof LinuxException cause && cause.errno() == ENODEV ? "ENODEV"
						: e.getCause().toString();
			}
		}

		@Override
		public String taken() throws InterruptedException {
			if (!problem().isEmpty())
				throw new AssertionError(problem());
			return Numbers.digest(task.resultNow());
		}
	}

	private static final class Opened implements OpenPort {
		private final GuestSidePort port;
		private byte[] ahead = {};
		private volatile byte[] read = {};

		Opened(GuestSidePort port) throws IOException {
			this.port = port;
			port.open();
		}

		@Override
		public Program write(Numbers text, int piece) {
			return write(text.bytes(), piece);
		}

		private Program write(byte[] bytes, int piece) {
			return new Running(() -> {
				for (int done = 0; done < bytes.length;) {
					int n = port.write(bytes, done, Math.min(piece, bytes.length - done), PATIENCE);
					if (n == GuestSidePort.WOULD_BLOCK)
						throw new IOException(done + " of " + bytes.length + " bytes written in " + PATIENCE);
					done += n;
				}
				return new byte[0];
			});
		}

		@Override
		public Program read(int count, int piece) {
			return new Running(() -> {
				var bytes = new ByteArrayOutputStream();
				bytes.writeBytes(ahead);
				ahead = new byte[0];
				var part = new byte[piece];
				while (bytes.size() < count) {
					int n = port.read(part, 0, Math.min(piece, count - bytes.size()), PATIENCE);
					if (n == GuestSidePort.WOULD_BLOCK)
						throw new IOException(bytes.size() + " of " + count + " bytes read in " + PATIENCE);
					if (n == 0)
						break;
					bytes.write(part, 0, n);
				}
				read = bytes.toByteArray();
				return read;
			});
		}

		@Override
		public Program writeBack(int piece) {
			return write(read, piece);
		}

		/** It has to take what it finds: a read of no bytes answers the same in both cases. */
		@Override
		public boolean readable() throws IOException {
			if (ahead.length > 0)
				return true;
			var one = new byte[1];
			int n = port.readNow(one, 0, 1);
			if (n > 0)
				ahead = one;
			return n != GuestSidePort.WOULD_BLOCK;
		}

		@Override
		public void close() throws IOException {
			port.close();
		}
	}

	@Override
	public boolean hasPackedRings() {
		return (driver.features() & VirtioFeature.RING_PACKED) != 0;
	}

	@Override
	public List<String> ports() {
		return driver.ports().stream().map(port -> port.id() + " " + port.name()).toList();
	}

	@Override
	public void awaitPorts(List<String> labels) throws IOException {
		for (var label : labels)
			driver.awaitPort(name(label), PATIENCE);
	}

	@Override
	public void awaitNoPort(String label) throws IOException {
		if (!driver.awaitUntil(PATIENCE, () -> driver.ports().stream().noneMatch(p -> p.name().equals(name(label)))))
			throw new AssertionError("still there: " + label);
	}

	@Override
	public OpenPort open(String label) throws IOException {
		return new Opened(driver.awaitPort(name(label), PATIENCE));
	}

	@Override
	public void sayAtOnce(String label, String word) throws IOException {
		var port = driver.awaitPort(name(label), PATIENCE);
		port.open();
		var line = (word + "\n").getBytes(StandardCharsets.US_ASCII);
		port.writeNow(line, 0, line.length);
		port.close();
	}

	@Override
	public Program writeLines(String label, int count) throws IOException {
		var port = driver.awaitPort(name(label), PATIENCE);
		port.open();
		return new Running(() -> {
			for (int i = 1; i <= count; i++)
				port.writeFully(("line " + i + "\n").getBytes(StandardCharsets.US_ASCII), PATIENCE);
			port.close();
			return new byte[0];
		});
	}

	@Override
	public Program answerOnAll(List<String> labels) throws IOException {
		var programs = new ArrayList<Program>();
		for (var label : labels) {
			var port = driver.awaitPort(name(label), PATIENCE);
			port.open();
			programs.add(new Running(() -> {
				driver.awaitUntil(PATIENCE, port::hostConnected);
				port.writeFully((label + ": " + line(port)).getBytes(StandardCharsets.US_ASCII), PATIENCE);
				port.close();
				return new byte[0];
			}));
		}
		return new Running(() -> {
			for (var program : programs)
				check(program);
			return new byte[0];
		});
	}

	private static void check(Program program) throws IOException {
		try {
			var problem = program.problem();
			if (!problem.isEmpty())
				throw new IOException(problem);
		} catch (InterruptedException e) {
			throw new IOException(e);
		}
	}

	/** With its end. */
	private static String line(GuestSidePort port) throws IOException {
		var line = new StringBuilder();
		while (line.isEmpty() || line.charAt(line.length() - 1) != '\n')
			line.append((char) port.readNBytes(1, PATIENCE)[0]);
		return line.toString();
	}

	private GuestSidePort console() throws IOException {
		var console = driver.awaitPort(0, PATIENCE);
		driver.awaitUntil(PATIENCE, console::isConsole);
		return console;
	}

	@Override
	public void print(String text) throws IOException {
		console().writeFully((text + "\n").getBytes(StandardCharsets.US_ASCII), PATIENCE);
	}

	@Override
	public void printAndThenWrite(int characters, OpenPort port, Numbers text)
			throws IOException, InterruptedException {
		print("x".repeat(characters));
		port.write(text, Integer.MAX_VALUE);
	}

	@Override
	public String readTyped(String line) throws IOException {
		terminal.type(line + "\n");
		return line(console()).strip();
	}

	@Override
	public void awaitConsoleSize(int columns, int rows) throws IOException {
		var console = console();
		if (!driver.awaitUntil(PATIENCE, () -> console.columns() == columns && console.rows() == rows))
			throw new AssertionError("size=" + console.columns() + "x" + console.rows());
	}

	@Override
	public void reloadDriver() throws IOException {
		driver.reload();
	}

	@Override
	public void emergencyWrite(String text) throws IOException {
		for (char character : text.toCharArray())
			driver.emergencyWrite(character);
	}

	/** Stopped queues are what a device sees of a driver that is gone. */
	@Override
	public void emergencyWriteWithoutDriver(String text) throws IOException {
		driver.pause();
		emergencyWrite(text);
		driver.reload();
	}
}
