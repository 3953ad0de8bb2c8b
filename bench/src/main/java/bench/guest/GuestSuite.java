package bench.guest;

import java.io.IOException;
import java.util.List;

import bench.CProgram;
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
		var backEnd = CProgram.make(settings.root().resolve("bench/src/main/c/backend.c"),
				settings.build().resolve("backend"));
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

	private static void prepare(Settings settings, String guest) throws IOException, InterruptedException {
		var log = settings.build().resolve("initramfs.log");
		int exit = new ProcessBuilder(settings.root().resolve("cnf/guest/initramfs").toString(), guest).redirectErrorStream(true)
				.redirectOutput(log.toFile()).start().waitFor();
		if (exit != 0)
			throw new IOException("the guest cannot be made; exit=" + exit + ": see " + log);
	}

	private void measure(Settings settings, Results results, String place, Boot boot)
			throws IOException, InterruptedException {
		results.step(place + ": booting");
		try (var machine = boot.machine()) {
			new Rounds(settings, results, place, machine).run();
		}
	}
}
