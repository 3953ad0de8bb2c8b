package bench.guest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import bench.Settings;
import bench.TemporaryFolder;

/** A guest with its devices, the processes that serve them, and a program at each port's other end. */
final class Machine implements AutoCloseable {
	/** Named ports of each device, 1 and up; 0 is the console's, and nobody's here. */
	static final int PORTS = 8;
	private static final int QUEUES = 2 * (PORTS + 2);
	private static final long OPENING_SECONDS = 30;
	private static final int NO_SUCH_FILE = 2;

	private final Settings settings;
	private final String name;
	private final Path logs;
	/** Sockets and configuration. */
	private final TemporaryFolder temporary = new TemporaryFolder();
	private final Path folder = temporary.path();
	/** In the order in which they end: the guest before those that serve it. */
	private final List<AutoCloseable> parts = new CopyOnWriteArrayList<>();
	private final AtomicBoolean closed = new AtomicBoolean();
	/** Whoever interrupts the suite finds nothing of it running. */
	private final Thread atExit = new Thread(this::clear);
	private final List<Arm> arms = new ArrayList<>();
	private GuestConsole console;

	private Machine(Settings settings, String name) throws IOException {
		this.settings = settings;
		this.name = name;
		this.logs = Files.createDirectories(settings.build().resolve("logs"));
		Runtime.getRuntime().addShutdownHook(atExit);
	}

	/** QEMU, with its own device beside the others. */
	static Machine qemu(Settings settings, Path backEnd, int vcpus) throws IOException, InterruptedException {
		var machine = new Machine(settings, "qemu-" + vcpus);
		try {
			machine.bootQemu(backEnd, vcpus);
			return machine;
		} catch (IOException | InterruptedException e) {
			machine.close();
			throw e;
		}
	}

	/** User-mode Linux, which has no device of its own. */
	static Machine uml(Settings settings, Path backEnd) throws IOException, InterruptedException {
		var machine = new Machine(settings, "uml");
		try {
			machine.bootUml(backEnd);
			return machine;
		} catch (IOException | InterruptedException e) {
			machine.close();
			throw e;
		}
	}

	private void bootQemu(Path backEnd, int vcpus) throws IOException, InterruptedException {
		var vport = startVport();
		var c = startC(backEnd);
		var command = new ArrayList<>(List.of(script("qemu"), "--smp", Integer.toString(vcpus), "--append",
				"quiet program=/bin/portbench", "--", "-name", "bench,debug-threads=on"));
		command.addAll(List.of("-device", "virtio-serial-pci,id=q,max_ports=" + (PORTS + 1)));
		for (int port = 1; port <= PORTS; port++)
			command.addAll(List.of("-chardev", "socket,id=q%d,server=on,wait=off,path=%s".formatted(port, socket("q." + port)),
					"-device", "virtserialport,bus=q.0,nr=%d,chardev=q%d,name=q.%d".formatted(port, port, port)));
		for (var device : List.of("v", "c"))
			command.addAll(List.of("-chardev", "socket,id=%s,path=%s".formatted(device, socket(device)), "-device",
					"vhost-user-test-device-pci,chardev=%s,virtio-id=3,num_vqs=%d,vq_size=128,config_size=12"
							.formatted(device, QUEUES)));
		var guest = boot(command);
		arms.add(arm("QEMU", "q", null, guest));
		arms.add(arm("vport", "v", vport, guest));
		arms.add(arm("C", "c", c, guest));
	}

	private void bootUml(Path backEnd) throws IOException, InterruptedException {
		var vport = startVport();
		var c = startC(backEnd);
		boot(List.of(script("uml"), "--", "virtio_uml.device=" + socket("v") + ":3",
				"virtio_uml.device=" + socket("c") + ":3", "quiet", "program=/bin/portbench"));
		arms.add(arm("vport", "v", vport, null));
		arms.add(arm("C", "c", c, null));
	}

	private String script(String guest) {
		return settings.root().resolve("cnf/guest").resolve(guest).toString();
	}

	private Path socket(String of) {
		return folder.resolve(of);
	}

	private Child startVport() throws IOException, InterruptedException {
		var config = Files.createDirectory(folder.resolve("config"));
		Files.writeString(config.resolve("bus.vhostuser-v.cfg"), "socket=%s%nports=%d%n".formatted(socket("v"), PORTS + 1));
		for (int port = 1; port <= PORTS; port++)
			Files.writeString(config.resolve("port.socket-" + port + ".cfg"),
					"bus=v%nid=%d%nname=v.%d%nlisten=unix:%s%n".formatted(port, port, socket("v." + port)));
		var vport = part(Child.start("vport", log("vport"),
				List.of(settings.vport().toString(), "run", "--config", config.toString())));
		vport.awaitLine("vport ready");
		return vport;
	}

	private Child startC(Path backEnd) throws IOException, InterruptedException {
		var c = part(Child.start("the C back-end", log("c"),
				List.of(backEnd.toString(), socket("c").toString(), "c", Integer.toString(PORTS), folder.toString())));
		c.awaitLine("ready");
		return c;
	}

	private Child boot(List<String> command) throws IOException, InterruptedException {
		var guest = part(Child.startWithPipes("the guest " + name, log("guest"), command));
		console = new GuestConsole(guest);
		if (!console.line().equals("ready"))
			throw new IOException("the guest did not start its program: see " + guest.log());
		return guest;
	}

	private Arm arm(String arm, String prefix, Child backEnd, Child machine) throws IOException, InterruptedException {
		var host = new HostSide(folder, prefix, PORTS);
		parts.addFirst(host);
		open(prefix);
		return new Arm(arm, prefix, host, backEnd, machine);
	}

	/** The guest's links to its ports come when its driver has named them all. */
	private void open(String prefix) throws IOException, InterruptedException {
		long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(OPENING_SECONDS);
		String answer;
		do {
			console.say("read " + prefix + " " + PORTS + " 0 0");
			answer = console.line();
		} while (answer.equals("wrong open=" + NO_SUCH_FILE) && System.nanoTime() < deadline);
		if (answer.startsWith("wrong"))
			throw new IOException("the guest cannot open its ports " + prefix + ".1 to " + PORTS + ", " + answer + ": see "
					+ log("guest"));
	}

	private Path log(String of) {
		return logs.resolve(name + "-" + of + ".log");
	}

	private Child part(Child child) {
		parts.addFirst(child);
		return child;
	}

	List<Arm> arms() {
		return arms;
	}

	GuestConsole console() {
		return console;
	}

	@Override
	public void close() {
		clear();
		try {
			Runtime.getRuntime().removeShutdownHook(atExit);
		} catch (IllegalStateException e) {
			// it is that thread's turn
		}
	}

	private void clear() {
		if (closed.getAndSet(true))
			return;
		try {
			for (var part : parts)
				part.close();
			temporary.close();
		} catch (Exception e) {
			System.err.println("vport: " + name + " is not wholly away: " + e);
		}
	}
}
