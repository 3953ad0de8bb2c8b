package guest.driver.shell;

import static guest.driver.GuestSidePort.HUP;
import static guest.driver.GuestSidePort.IN;
import static guest.driver.GuestSidePort.OUT;
import static guest.driver.GuestSidePort.WOULD_BLOCK;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;

import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

import guest.driver.ConsoleDriver;
import guest.driver.DeviceViolationException;
import guest.driver.DriverSettings;
import guest.driver.FrontEndSettings;
import guest.driver.VirtioFeature;

/**
 * The commands of scope {@code guest}. Each answers text, and none waits longer than it was told.
 *
 * <p>Immediate: the shell holds the service for one command at a time, and the guests must live longer.
 */
@Component(service = GuestCommands.class, immediate = true, property = {
		"osgi.command.scope=guest", "osgi.command.function=connect", "osgi.command.function=disconnect",
		"osgi.command.function=list", "osgi.command.function=ports", "osgi.command.function=open",
		"osgi.command.function=close", "osgi.command.function=read", "osgi.command.function=write",
		"osgi.command.function=poll", "osgi.command.function=pause", "osgi.command.function=resume",
		"osgi.command.function=reload", "osgi.command.function=ring", "osgi.command.function=kick",
		"osgi.command.function=emergency", "osgi.command.function=log" })
public final class GuestCommands {
	private static final String NAME = "the guest, as guest:connect called it";
	private static final String PORT = "the port's name or number";
	private static final String QUEUE = "0, 1 of port 0; 2, 3 control; 2i+2, 2i+3 of port i; even ones to the guest";
	private static final String FIELD = "the field, such as desc.3.len, avail.idx, device.flags";
	private static final String MILLISECONDS = "milliseconds to wait at most";
	private static final int MOST_PORTS = 127;
	private static final int LONGEST_READ = 64 << 10;
	private static final int LONGEST_WAIT = 600_000;
	private static final Duration PATIENCE = Duration.ofSeconds(3);

	/** What a command does with a driver. */
	private interface Action<T> {
		T run() throws IOException;
	}

	private final Guests guests = new Guests();

	@Deactivate
	void disconnectAll() {
		guests.disconnectAll();
	}

	@Descriptor("connects a guest to a bus and loads its driver")
	public String connect(
			@Descriptor("packed rings or nothing; else they are taken if they are offered") @Parameter(
					names = "--packed", presentValue = "true", absentValue = "false") boolean packed,
			@Descriptor("split rings") @Parameter(names = "--split", presentValue = "true",
					absentValue = "false") boolean split,
			@Descriptor("takes IN_ORDER if the bus offers it") @Parameter(names = "--in-order", presentValue = "true",
					absentValue = "false") boolean inOrder,
			@Descriptor("the most ports that the machine has room for") @Parameter(names = "--ports",
					absentValue = "31") int ports,
			@Descriptor("bytes that a port holds at most; 0 is no limit") @Parameter(names = "--limit",
					absentValue = "0") long limit,
			@Descriptor("keeps what comes while a port is closed") @Parameter(names = "--keep", presentValue = "true",
					absentValue = "false") boolean keep,
			@Descriptor("a name for the guest") String name, @Descriptor("the bus's socket") String socket) {
		if (ports < 1 || ports > MOST_PORTS)
			throw new CommandException("ports=" + ports + "; allowed: 1 to " + MOST_PORTS);
		var settings = DriverSettings.linux().withPatience(PATIENCE);
		settings = split ? settings.withSplitRings() : settings;
		settings = inOrder ? settings.withInOrder() : settings;
		settings = keep ? settings.withKeepWhileClosed() : settings;
		var chosen = limited(settings, limit);
		var machine = FrontEndSettings.qemu(ports).withTimeout(PATIENCE);
		var guest = doing("connect " + socket, () -> guests.connect(name, Path.of(socket), machine, chosen));
		if (packed && !has(guest.driver(), VirtioFeature.RING_PACKED)) {
			guests.disconnect(name);
			throw new CommandException("the bus does not offer packed rings"
					+ (split ? ", and --split would not take them" : ""));
		}
		return name + ": " + rings(guest.driver()) + " rings, room for " + guest.driver().maxPorts() + " ports";
	}

	private static DriverSettings limited(DriverSettings settings, long limit) {
		if (limit < 0)
			throw new CommandException("limit=" + limit + "; allowed: bytes, or 0 for none");
		return settings.withLimit(limit);
	}

	@Descriptor("shuts a guest down")
	public void disconnect(@Descriptor(NAME) String name) {
		guests.disconnect(name);
	}

	@Descriptor("lists the guests")
	public String list() {
		var table = new Columns("NAME", "STATE", "RINGS", "PORTS", "SOCKET");
		for (var guest : guests.all()) {
			var driver = guest.driver();
			var failure = driver.failure();
			table.row(guest.name(), failure != null ? "failed" : driver.running() ? "running" : "paused", rings(driver),
					driver.ports().size() + " of " + driver.maxPorts(), guest.socket());
			if (failure != null)
				table.note(failure.getMessage());
		}
		return table.toString();
	}

	private static String rings(ConsoleDriver driver) {
		return (has(driver, VirtioFeature.RING_PACKED) ? "packed" : "split")
				+ (has(driver, VirtioFeature.IN_ORDER) ? " in order" : "");
	}

	private static boolean has(ConsoleDriver driver, long feature) {
		return (driver.features() & feature) != 0;
	}

	@Descriptor("lists the ports of a guest")
	public String ports(@Descriptor(NAME) String name) {
		var table = new Columns("ID", "NAME", "KIND", "STATE", "HOST", "UNREAD", "RECEIVED", "SENT", "DROPPED");
		for (var port : guests.driver(name).ports())
			table.row(port.id(), port.name().isEmpty() ? "-" : port.name(), port.isConsole() ? "console" : "port",
					port.isOpen() ? "open" : "closed",
					port.hostConnected() ? port.throttled() ? "waits" : "open" : "closed", port.buffered(),
					port.bytesReceived(), port.bytesSent(), port.bytesDiscarded());
		return table.toString();
	}

	@Descriptor("opens a port, as a program in the guest does")
	public void open(@Descriptor(NAME) String name, @Descriptor(PORT) String port) {
		doing("open", () -> {
			guests.port(name, port).open();
			return null;
		});
	}

	@Descriptor("closes a port")
	public void close(@Descriptor(NAME) String name, @Descriptor(PORT) String port) {
		doing("close", () -> {
			guests.port(name, port).close();
			return null;
		});
	}

	@Descriptor("reads what there is, and waits for the first byte")
	public String read(
			@Descriptor(MILLISECONDS) @Parameter(names = "--timeout", absentValue = "1000") int timeout,
			@Descriptor("bytes at most") @Parameter(names = "--bytes", absentValue = "4096") int bytes,
			@Descriptor(NAME) String name, @Descriptor(PORT) String port) {
		if (bytes < 1 || bytes > LONGEST_READ)
			throw new CommandException("bytes=" + bytes + "; allowed: 1 to " + LONGEST_READ);
		var buffer = new byte[bytes];
		int n = doing("read", () -> guests.port(name, port).read(buffer, 0, bytes, time(timeout)));
		if (n == WOULD_BLOCK)
			throw new CommandException("nothing to read from " + port + " in " + timeout + " ms");
		if (n == 0)
			throw new CommandException("end of file: the host side of " + port + " is closed");
		return new String(buffer, 0, n, StandardCharsets.UTF_8);
	}

	@Descriptor("writes text, and waits until the host is connected and there is room")
	public String write(
			@Descriptor(MILLISECONDS) @Parameter(names = "--timeout", absentValue = "1000") int timeout,
			@Descriptor("ends the text with a newline") @Parameter(names = { "-l", "--line" }, presentValue = "true",
					absentValue = "false") boolean line,
			@Descriptor(NAME) String name, @Descriptor(PORT) String port, @Descriptor("the text") String text) {
		byte[] bytes = (line ? text + "\n" : text).getBytes(StandardCharsets.UTF_8);
		int n = doing("write", () -> guests.port(name, port).write(bytes, 0, bytes.length, time(timeout)));
		if (n == WOULD_BLOCK)
			throw new CommandException(port + " takes nothing: in " + timeout
					+ " ms the host did not connect, or took nothing of what is in the queue");
		return n + " of " + bytes.length + " bytes";
	}

	@Descriptor("waits as poll(2); answers what is true of in, out and hup")
	public String poll(
			@Descriptor(MILLISECONDS) @Parameter(names = "--timeout", absentValue = "0") int timeout,
			@Descriptor("waits for input") @Parameter(names = "--in", presentValue = "true",
					absentValue = "false") boolean in,
			@Descriptor("waits for room for output") @Parameter(names = "--out", presentValue = "true",
					absentValue = "false") boolean out,
			@Descriptor(NAME) String name, @Descriptor(PORT) String port) {
		int events = in || out ? (in ? IN : 0) | (out ? OUT : 0) : IN | OUT;
		int ready = doing("poll", () -> guests.port(name, port).poll(events, time(timeout)));
		var words = new ArrayList<String>();
		if ((ready & IN) != 0)
			words.add("in");
		if ((ready & OUT) != 0)
			words.add("out");
		if ((ready & HUP) != 0)
			words.add("hup");
		return words.isEmpty() ? "none" : String.join(" ", words);
	}

	private static Duration time(int milliseconds) {
		if (milliseconds < 0 || milliseconds > LONGEST_WAIT)
			throw new CommandException("timeout=" + milliseconds + "; allowed: 0 to " + LONGEST_WAIT);
		return Duration.ofMillis(milliseconds);
	}

	@Descriptor("stops the virtual machine; nothing that the bus does is seen")
	public void pause(@Descriptor(NAME) String name) {
		var driver = guests.driver(name);
		if (!driver.running())
			throw new CommandException(name + " does not run");
		doing("pause", () -> {
			driver.pause();
			return null;
		});
	}

	@Descriptor("lets a paused machine go on")
	public void resume(@Descriptor(NAME) String name) {
		var driver = guests.driver(name);
		if (driver.running())
			throw new CommandException(name + " runs");
		doing("resume", () -> {
			driver.resume();
			return null;
		});
	}

	@Descriptor("unloads the driver and loads it, as a reboot does")
	public void reload(@Descriptor(NAME) String name) {
		doing("reload", () -> {
			guests.driver(name).reload();
			return null;
		});
	}

	@Descriptor("shows a ring")
	public String ring(@Descriptor(NAME) String name, @Descriptor(QUEUE) int queue) {
		return fields(name, queue).show();
	}

	@Descriptor("shows a field of a ring")
	public String ring(@Descriptor(NAME) String name, @Descriptor(QUEUE) int queue, @Descriptor(FIELD) String field) {
		return fields(name, queue).get(field);
	}

	@Descriptor("sets a field of a ring to anything; the device sees it with the next guest:kick")
	public String ring(@Descriptor(NAME) String name, @Descriptor(QUEUE) int queue, @Descriptor(FIELD) String field,
			@Descriptor("a number, such as 17, -1 or 0x8000") String value) {
		var fields = fields(name, queue);
		fields.set(field, value);
		return fields.get(field);
	}

	private RingFields fields(String name, int queue) {
		var driver = guests.driver(name);
		checkQueue(driver, queue);
		return new RingFields(driver.ring(queue));
	}

	private static void checkQueue(ConsoleDriver driver, int queue) {
		if (queue < 0 || queue >= driver.queueCount())
			throw new CommandException("queue=" + queue + "; allowed: 0 to " + (driver.queueCount() - 1));
	}

	@Descriptor("kicks a queue, with reason or without")
	public void kick(@Descriptor(NAME) String name, @Descriptor(QUEUE) int queue) {
		var driver = guests.driver(name);
		checkQueue(driver, queue);
		doing("kick", () -> {
			driver.kick(queue);
			return null;
		});
	}

	@Descriptor("writes a character to the console through the config space, in any state of the driver")
	public void emergency(@Descriptor(NAME) String name,
			@Descriptor("a character, or the number of one") String character) {
		int value = character.codePointCount(0, character.length()) == 1 ? character.codePointAt(0)
				: (int) RingFields.number(character);
		doing("emergency", () -> {
			guests.driver(name).emergencyWrite(value);
			return null;
		});
	}

	@Descriptor("shows the control messages that came, and what the driver complains of")
	public String log(@Descriptor(NAME) String name) {
		var driver = guests.driver(name);
		var lines = new ArrayList<String>();
		driver.controlMessages().forEach(message -> lines.add(message.toString()));
		driver.complaints().forEach(complaint -> lines.add("! " + complaint));
		return String.join("\n", lines);
	}

	private static <T> T doing(String what, Action<T> action) {
		try {
			return action.run();
		} catch (IOException | DeviceViolationException | IllegalArgumentException e) {
			throw new CommandException(what, e);
		}
	}
}
