package bus.shell;

import bus.api.BusInfo;

/** What to give a virtual machine monitor so that it connects to a bus. */
final class VmCommandLine {
	private static final int CONSOLE_DEVICE = 3;

	private VmCommandLine() {
	}

	/** For QEMU 10.2 or later. The number of queues must be right: with fewer, ports are missing. */
	static String qemu(BusInfo bus) {
		int queues = 2 * (bus.maxPorts() + 1);
		return """
				-M q35,memory-backend=mem -object memory-backend-memfd,id=mem,size=512M,share=on \\
				-chardev socket,id=vport0,path=%s \\
				-device vhost-user-test-device-pci,chardev=vport0,virtio-id=%d,num_vqs=%d,vq_size=128,config_size=12"""
				.formatted(bus.socket().replace(",", ",,"), CONSOLE_DEVICE, queues);
	}

	/** For user-mode Linux. */
	static String uml(BusInfo bus) {
		return "virtio_uml.device=" + bus.socket() + ":" + CONSOLE_DEVICE;
	}
}
