package bench.guest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import bench.Plot;
import bench.Results;
import bench.Settings;
import bench.Suite;

/** Real guests: the bus, a back-end in plain C and QEMU's own device, side by side on the same kernel. */
public final class GuestSuite implements Suite {
	static final String NAME = "guest";
	static final String QEMU = "QEMU, 1 vCPU";
	static final String UML = "user-mode Linux";
	private static final String QEMU_2 = "QEMU, 2 vCPU";

	private interface Boot {
		Machine machine() throws IOException, InterruptedException;
	}

	@Override
	public String name() {
		return NAME;
	}

	@Override
	public String about() {
		return "real Linux guests in QEMU and user-mode Linux, against QEMU's own device and a C back-end";
	}

	@Override
	public void run(Settings settings, Results results) throws IOException, InterruptedException {
		var backEnd = compile(settings);
		for (var guest : List.of("qemu", "uml"))
			prepare(settings, guest);
		measure(settings, results, QEMU, () -> Machine.qemu(settings, backEnd, 1));
		measure(settings, results, UML, () -> Machine.uml(settings, backEnd));
		if (!settings.quick())
			measure(settings, results, QEMU_2, () -> Machine.qemu(settings, backEnd, 2));
	}

	@Override
	public List<Plot> plots() {
		return Pictures.all();
	}

	private static Path compile(Settings settings) throws IOException, InterruptedException {
		Files.createDirectories(settings.build());
		var sources = settings.root().resolve("bench/src/main/c");
		var program = settings.build().resolve("backend");
		run("cannot compile bench/src/main/c/backend.c: install a C compiler (Debian: sudo apt install gcc libc6-dev)",
				settings.build().resolve("backend.log"), "cc", "-O2", "-Wall", "-o", program.toString(),
				sources.resolve("backend.c").toString());
		return program;
	}

	private static void prepare(Settings settings, String guest) throws IOException, InterruptedException {
		run("the guest cannot be made", settings.build().resolve("initramfs.log"),
				settings.root().resolve("cnf/guest/initramfs").toString(), guest);
	}

	private static void run(String remedy, Path log, String... command) throws IOException, InterruptedException {
		int exit;
		try {
			exit = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start().waitFor();
		} catch (IOException e) {
			throw new IOException(remedy, e);
		}
		if (exit != 0)
			throw new IOException(remedy + "; exit=" + exit + ": see " + log);
	}

	private void measure(Settings settings, Results results, String place, Boot boot)
			throws IOException, InterruptedException {
		results.step(place + ": booting");
		try (var machine = boot.machine()) {
			new Rounds(settings, results, place, machine).run();
		}
	}
}
