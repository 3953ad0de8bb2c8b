package bench.guest;

import bench.Figure.Better;

/** What is measured of a scenario. */
enum Quantity {
	THROUGHPUT("throughput", "MB/s", Better.MORE),
	/** All threads of QEMU and of the back-end, the JVM's own included; where the machine is user-mode Linux the back-end's. */
	CPU("CPU", "ms/MiB", Better.LESS),
	/** Without the threads that run what the guest runs. */
	CPU_OF_IO("CPU without vCPU", "ms/MiB", Better.LESS),
	/** Of the back-end's process. */
	CPU_OF_BACK_END("CPU of the back-end", "ms/MiB", Better.LESS),
	/** What the guest's /proc/interrupts counts for virtio devices. */
	INTERRUPTS("interrupts", "/MiB", Better.LESS),
	SYSTEM_CALLS("system calls", "/MiB", Better.LESS),
	SYSTEM_CALLS_OF_BACK_END("system calls of the back-end", "/MiB", Better.LESS),
	P50("round trip p50", "us", Better.LESS),
	P99("round trip p99", "us", Better.LESS),
	P999("round trip p99.9", "us", Better.LESS),
	CPU_EACH("CPU of a round trip", "us", Better.LESS),
	INTERRUPTS_EACH("interrupts of a round trip", "", Better.LESS),
	SYSTEM_CALLS_EACH("system calls of a round trip", "", Better.LESS);

	final String words;
	final String unit;
	final Better better;

	Quantity(String words, String unit, Better better) {
		this.words = words;
		this.unit = unit;
		this.better = better;
	}
}
