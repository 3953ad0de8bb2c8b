package port.console;

import static org.osgi.service.component.annotations.ConfigurationPolicy.REQUIRE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

import bus.api.Attachable;
import bus.api.Console;
import bus.api.GuestPort;
import bus.api.HostPort;
import bus.api.PortType;

/** A console of the guest, hvc0 for instance: on a pseudo terminal, and in any number of shell sessions. */
@Component(configurationPid = "port.console", configurationPolicy = REQUIRE,
		service = { HostPort.class, Attachable.class })
@PortType("console")
@Console
@Designate(ocd = ConsolePort.Config.class, factory = true)
public final class ConsolePort implements HostPort, Attachable {

	/** The keys of {@code port.console-LABEL.cfg}. */
	@ObjectClassDefinition(id = "port.console", name = "Port type console",
			description = "A pseudo terminal on the host that is a console of the guest")
	public @interface Config {

		@AttributeDefinition(description = "NAME of the bus to plug into, as in bus.vhostuser-NAME.cfg")
		String bus();

		@AttributeDefinition(description = "the NAME that the guest sees, for instance org.example.z", required = false)
		String name() default "";

		@AttributeDefinition(description = "a port number, 0 to 126; without it 0 if free, else the lowest free one",
				required = false)
		int id() default -1;

		@AttributeDefinition(description = "PATH of a symbolic link to make to the pseudo terminal", required = false)
		String link() default "";
	}

	private static final System.Logger LOG = System.getLogger("port.console");
	/** What the next instance finds it under. */
	private static final String TERMINAL = "terminal";
	/** What the pseudo terminal has not taken: as much as a kernel says while it boots. */
	private static final int BACKLOG = 64 << 10;

	private final Config config;
	private final List<Session> sessions = new CopyOnWriteArrayList<>();
	private final Keyboard keyboard = new Keyboard();
	private volatile GuestPort guest;
	private Terminal terminal;
	/** Loop thread. */
	private Backlog backlog;

	@Activate
	public ConsolePort(Config config) {
		this.config = config;
	}

	@Override
	public void plugged(GuestPort guest) throws IOException {
		terminal = Terminal.open(guest.kept(TERMINAL), config.link());
		backlog = new Backlog(BACKLOG);
		this.guest = guest;
		LOG.log(System.Logger.Level.INFO, guest.bus() + " port " + guest.id() + " " + guest.name() + ": console on "
				+ (config.link().isBlank() ? terminal.slave() : config.link()));
		guest.open();
		guest.watch(terminal.descriptor(), this::terminalReady);
	}

	/** Somebody typed, or has read and made room. Hang-ups come too: nobody attached is a normal state of a console. */
	private void terminalReady() {
		if (!backlog.isEmpty())
			backlog.drain(terminal::write);
		guest.readable();
	}

	/**
	 * Takes everything, always: the guest's kernel spins while its console does not. What the backlog forgot for it counts
	 * as not taken, so that the bus's listings show the loss.
	 */
	@Override
	public int guestData(ByteBuffer data) {
		int taken = data.remaining();
		for (var session : sessions)
			session.show(data.duplicate());
		if (backlog.isEmpty())
			data.position(data.position() + terminal.write(data));
		if (data.hasRemaining()) {
			taken -= backlog.add(data);
			backlog.drain(terminal::write);
		}
		return taken;
	}

	/** What is typed at the pseudo terminal stays there until the guest has room for it. */
	@Override
	public int hostData(ByteBuffer room) {
		int put = keyboard.take(room);
		return room.hasRemaining() ? put + terminal.read(room) : put;
	}

	/** Programs that have the terminal open outlive an update of this bundle. */
	@Override
	public void unplugged() {
		var left = guest;
		guest = null;
		sessions.clear();
		keyboard.clear();
		left.keep(TERMINAL, terminal.descriptor());
		try {
			terminal.leave();
		} catch (IOException e) {
			LOG.log(System.Logger.Level.WARNING, "link=" + config.link() + ": " + e.getMessage());
		}
	}

	@Override
	public Attachment attach(Consumer<ByteBuffer> output) {
		var session = new Session(output);
		if (guest != null)
			sessions.add(session);
		return session;
	}

	private final class Session implements Attachment {
		private final Consumer<ByteBuffer> output;

		Session(Consumer<ByteBuffer> output) {
			this.output = output;
		}

		void show(ByteBuffer data) {
			try {
				output.accept(data);
			} catch (RuntimeException e) {
				close(); // a session that fails must not close the console of the others
				LOG.log(System.Logger.Level.WARNING, "session ended, its output failed: " + e);
			}
		}

		@Override
		public int type(ByteBuffer keys) {
			var to = guest;
			if (to == null || !isOpen())
				return 0;
			int taken = keyboard.put(keys);
			to.readable();
			return taken;
		}

		@Override
		public void resize(int columns, int rows) {
			var to = guest;
			if (to != null && isOpen())
				to.resize(columns, rows);
		}

		@Override
		public boolean isOpen() {
			return sessions.contains(this);
		}

		@Override
		public void close() {
			sessions.remove(this);
		}
	}
}
