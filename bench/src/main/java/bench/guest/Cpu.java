package bench.guest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What threads have used of the processor, as the scheduler counts it, in nanoseconds. Threads that ended between two looks are
 * missed; those that work here live long.
 *
 * @param all of all threads of the processes: the JVM's compilers and collectors count like any other
 * @param vcpu of those that are a guest's processors, and run what the guest runs
 */
record Cpu(long all, long vcpu) {

	/** QEMU's names of its threads, with debug-threads=on. */
	private static final String VCPU = "CPU ";

	private static final Cpu NONE = new Cpu(0, 0);

	static Cpu of(long... pids) throws IOException {
		var sum = NONE;
		for (long pid : pids)
			try (var tasks = Files.newDirectoryStream(Path.of("/proc", Long.toString(pid), "task"))) {
				for (var task : tasks)
					sum = sum.plus(ofThread(task));
			}
		return sum;
	}

	private static Cpu ofThread(Path task) {
		try {
			long nanos = Long.parseLong(Files.readString(task.resolve("schedstat")).split(" ")[0]);
			return new Cpu(nanos, Files.readString(task.resolve("comm")).startsWith(VCPU) ? nanos : 0);
		} catch (IOException e) {
			return NONE; // it ended while its folder was being read
		}
	}

	private Cpu plus(Cpu more) {
		return new Cpu(all + more.all, vcpu + more.vcpu);
	}

	Cpu since(Cpu before) {
		return new Cpu(all - before.all, vcpu - before.vcpu);
	}
}
