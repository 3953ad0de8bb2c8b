package bus.shell;

import java.util.stream.Collectors;
import java.util.stream.IntStream;

import bus.api.BusInfo;

/** What to give a virtual machine monitor so that it connects to a bus. */
final class VmCommandLine {
	static final String USAGE = "vport:qemu BUS [--uml|--crosvm|--cloud-hypervisor|--libkrun|--openvmm|--libvirt]";

	private static final int CONSOLE_DEVICE = 3;
	private static final int QUEUE_SIZE = 128;
	/** Of the control queues, as OpenVMM and libkrun are told. */
	private static final int CONTROL_SIZE = 64;

	private VmCommandLine() {
	}

	/** For QEMU 10.2 or later. The number of queues must be right: with fewer, ports are missing. */
	static String qemu(BusInfo bus) {
		return """
				-M q35,memory-backend=mem -object memory-backend-memfd,id=mem,size=512M,share=on \\
				-chardev %s \\
				-device %s""".formatted(chardev(bus), device(bus));
	}

	private static String chardev(BusInfo bus) {
		return "socket,id=vport0,path=" + bus.socket().replace(",", ",,");
	}

	private static String device(BusInfo bus) {
		return "vhost-user-test-device-pci,chardev=vport0,virtio-id=" + CONSOLE_DEVICE + ",num_vqs=" + queues(bus)
				+ ",vq_size=" + QUEUE_SIZE + ",config_size=12";
	}

	private static int queues(BusInfo bus) {
		return 2 * (bus.maxPorts() + 1);
	}

	/** Elements of a domain of libvirt, which hands QEMU's options through. */
	static String libvirt(BusInfo bus) {
		return """
				<memoryBacking><source type='memfd'/><access mode='shared'/></memoryBacking>
				<qemu:commandline xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
				  <qemu:arg value='-chardev'/>
				  <qemu:arg value='%s'/>
				  <qemu:arg value='-device'/>
				  <qemu:arg value='%s'/>
				</qemu:commandline>""".formatted(xml(chardev(bus)), device(bus));
	}

	private static String xml(String text) {
		return text.replace("&", "&amp;").replace("<", "&lt;").replace("'", "&apos;");
	}

	static String uml(BusInfo bus) {
		return "virtio_uml.device=" + bus.socket() + ":" + CONSOLE_DEVICE;
	}

	static String crosvm(BusInfo bus) {
		return "--vhost-user console,socket=" + bus.socket();
	}

	/** One port, whatever the bus has: no device-type feature comes through. */
	static String cloudHypervisor(BusInfo bus) {
		return "--memory size=512M,shared=on \\\n--generic-vhost-user socket=" + bus.socket()
				+ ",device_type=console,queue_sizes=[" + QUEUE_SIZE + "," + QUEUE_SIZE + "]";
	}

	/** A call: libkrun is a library. With 0 queues it asks the bus how many there are. */
	static String libkrun(BusInfo bus) {
		return "krun_add_vhost_user_device(ctx, " + CONSOLE_DEVICE + ", \"" + bus.socket() + "\", NULL, 0, NULL)";
	}

	/** One number for each queue. */
	static String openVmm(BusInfo bus) {
		var sizes = IntStream.range(0, queues(bus)).map(queue -> queue == 2 || queue == 3 ? CONTROL_SIZE : QUEUE_SIZE)
				.mapToObj(Integer::toString).collect(Collectors.joining(","));
		return "--vhost-user " + bus.socket() + ",device_id=" + CONSOLE_DEVICE + ",queue_sizes=[" + sizes + "]";
	}
}
