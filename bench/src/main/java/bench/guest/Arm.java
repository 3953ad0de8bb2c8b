package bench.guest;

import java.util.stream.LongStream;

/**
 * One of a guest's devices, and who serves it.
 *
 * @param name as figures call it
 * @param prefix of its ports' names
 * @param host the other ends of its ports
 * @param backEnd the process that serves it, null if it is QEMU itself
 * @param machine the process that is the machine, null if what it uses is all the guest's own (user-mode Linux)
 */
record Arm(String name, String prefix, HostSide host, Child backEnd, Child machine) {

	/** Whether there are two processes to tell apart. */
	boolean isBesideItsMachine() {
		return machine != null && backEnd != null;
	}

	/** Of all processes whose work is the host's, the back-end's last. */
	long[] pids() {
		return LongStream.concat(pid(machine), pid(backEnd)).toArray();
	}

	/** Of the back-end alone, if there is one. */
	long[] backEndPids() {
		return pid(backEnd).toArray();
	}

	private static LongStream pid(Child child) {
		return child == null ? LongStream.empty() : LongStream.of(child.pid());
	}
}
