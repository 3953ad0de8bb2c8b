package port.file;

import static org.osgi.service.component.annotations.ConfigurationPolicy.REQUIRE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

import bus.api.GuestPort;
import bus.api.HostPort;
import bus.api.PortType;

/** What the guest writes goes to a file or FIFO, what it reads comes from one. */
@Component(configurationPid = "port.file", configurationPolicy = REQUIRE, service = HostPort.class)
@PortType("file")
@Designate(ocd = FilePort.Config.class, factory = true)
public final class FilePort implements HostPort {

	/** The keys of {@code port.file-LABEL.cfg}. A description is shown to the user after "allowed: ". */
	@ObjectClassDefinition(id = "port.file", name = "Port type file",
			description = "A file or FIFO on the host that what the guest writes is appended to")
	public @interface Config {

		@AttributeDefinition(description = "NAME of the bus to plug into, as in bus.vhostuser-NAME.cfg")
		String bus();

		@AttributeDefinition(description = "the NAME that the guest sees, for instance org.example.y", required = false)
		String name() default "";

		@AttributeDefinition(description = "a port number, 1 to 126; without it the lowest free one", required = false)
		int id() default -1;

		@AttributeDefinition(description = Options.PATH + "; required without pipe", required = false)
		String path() default "";

		@AttributeDefinition(description = "on, or off: what is in the file when the port comes is thrown away",
				options = { @Option("on"), @Option("off") }, required = false)
		String append() default "on";

		@AttributeDefinition(description = Sync.ALLOWED, required = false)
		String sync() default "none";

		@AttributeDefinition(description = Options.SIZE, required = false)
		String size() default "";

		@AttributeDefinition(description = "hourly, daily, weekly, monthly or never: when a file is rotated for its age",
				options = { @Option("hourly"), @Option("daily"), @Option("weekly"), @Option("monthly"),
						@Option("never") }, required = false)
		String frequency() default "never";

		@AttributeDefinition(description = "how many rotated files are kept, 0 to 999", min = "0", max = "999",
				required = false)
		int rotate() default Options.ROTATE;

		@AttributeDefinition(description = "days after which a rotated file is removed, 0 to 36500; 0: never", min = "0",
				max = "36500", required = false)
		int maxage() default 0;

		@AttributeDefinition(description = "off, or on: rotated files are compressed with gzip",
				options = { @Option("on"), @Option("off") }, required = false)
		String compress() default "off";

		@AttributeDefinition(description = "PATH of a file that the guest reads once, or of a FIFO", required = false)
		String input() default "";

		@AttributeDefinition(description = "PATH of a pair of FIFOs in place of path and input: PATH.in for what the"
				+ " guest reads and PATH.out for what it writes, made if missing", required = false)
		String pipe() default "";
	}

	private static final Duration ANSWER = Duration.ofSeconds(5);
	private static final Path NOWHERE = Path.of("/dev/null");

	private final Config config;
	private volatile Output output;
	/** Null if there is nothing for the guest. */
	private volatile Input input;

	@Activate
	public FilePort(Config config) {
		this.config = config;
	}

	@Override
	public void plugged(GuestPort guest) throws IOException {
		var options = Options.of(config);
		input = null;
		output = output(guest, options);
		try {
			input = input(guest, options);
		} catch (IOException | RuntimeException e) {
			output.close();
			throw e;
		}
		guest.open();
	}

	private static Output output(GuestPort guest, Options options) throws IOException {
		if (options.pipe() != null) {
			var path = pipe(options.pipe(), ".out");
			return opened("pipe=" + options.pipe(), path, () -> new FifoOutput(guest, "pipe=" + options.pipe(), path));
		}
		var path = options.path();
		if (path.equals(NOWHERE)) {
			options.onlyForFiles("path=/dev/null keeps nothing");
			return Output.NOWHERE;
		}
		mustAnswer("path=" + path, () -> {
			if (!Files.exists(path) || Files.isRegularFile(path))
				FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND).close();
			return path;
		});
		if (Fifo.is(path)) {
			options.onlyForFiles("path=" + path + " is a FIFO");
			return opened("path=" + path, path, () -> new FifoOutput(guest, "path=" + path, path));
		}
		if (Files.exists(path) && !Files.isRegularFile(path))
			throw new IOException(
					"path=" + path + " is not a regular file, a FIFO or /dev/null; allowed: " + Options.PATH);
		return opened("path=" + path, path, () -> new FileOutput(guest, options));
	}

	private static Input input(GuestPort guest, Options options) throws IOException {
		if (options.pipe() != null) {
			var path = pipe(options.pipe(), ".in");
			return opened("pipe=" + options.pipe(), path, () -> new FifoInput(guest, "pipe=" + options.pipe(), path));
		}
		if (options.input() == null)
			return null;
		var path = options.input();
		var option = "input=" + path;
		mustAnswer(option, () -> {
			if (Files.isRegularFile(path))
				FileChannel.open(path, StandardOpenOption.READ).close();
			return path;
		});
		if (Fifo.is(path))
			return opened(option, path, () -> new FifoInput(guest, option, path));
		if (Files.exists(path) && !Files.isRegularFile(path))
			throw new IOException(option + " is not a regular file or a FIFO; allowed: PATH of one of them");
		if (Files.exists(path) && Files.isSameFile(path, options.path()))
			throw new IOException(option + " is the path that the guest writes to; allowed: another file or FIFO");
		return opened(option, path, () -> new FileInput(guest, option, path));
	}

	private static Path pipe(Path pipe, String suffix) throws IOException {
		var path = Path.of(pipe + suffix);
		Fifo.make("pipe=" + pipe, path);
		if (!Fifo.is(path))
			throw new IOException("pipe=" + pipe + ": " + path + " is there and not a FIFO; allowed: FIFOs, or nothing");
		return path;
	}

	/** Tries, on a thread that may hang: the one that plugs this port has others to plug. What fails is tried again. */
	private static void mustAnswer(String option, Opening<Path> trial) throws IOException {
		var thread = Thread.ofPlatform().daemon().name("port.file " + option).start(() -> {
			try {
				trial.open();
			} catch (IOException e) {
				// the next attempt says so
			}
		});
		try {
			if (thread.join(ANSWER))
				return;
		} catch (InterruptedException e) {
			Thread.currentThread().interrupt();
		}
		throw new IOException(option + " cannot be opened (no answer in " + ANSWER.toSeconds()
				+ " s); allowed: PATH on a disk that works");
	}

	/** Opens something. */
	@FunctionalInterface
	private interface Opening<T> {
		T open() throws IOException;
	}

	private static <T> T opened(String option, Path path, Opening<T> opening) throws IOException {
		try {
			return opening.open();
		} catch (IOException e) {
			throw new IOException(option + " cannot be opened (" + reason(e) + "); allowed: PATH of what may be read or"
					+ " written, in an existing directory", e);
		}
	}

	/** NoSuchFileException says it all; what has no class of its own has a reason. */
	private static String reason(IOException e) {
		var reason = e instanceof FileSystemException system ? system.getReason() : e.getMessage();
		return e.getClass().getSimpleName() + (reason == null ? "" : ": " + reason);
	}

	@Override
	public int guestData(ByteBuffer data) {
		return output.take(data);
	}

	@Override
	public int hostData(ByteBuffer room) {
		return input == null ? 0 : input.put(room);
	}

	@Override
	public Map<String, Object> figures() {
		var figures = new LinkedHashMap<String, Object>();
		var out = output;
		var in = input;
		if (out != null)
			out.figures(figures);
		if (in != null)
			in.figures(figures);
		return figures;
	}

	@Override
	public void unplugged() {
		if (input != null)
			input.close();
		output.close();
	}
}
