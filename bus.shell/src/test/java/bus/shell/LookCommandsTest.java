package bus.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.apache.felix.service.command.Converter;
import org.junit.jupiter.api.Test;

import bus.api.BusInfo;
import bus.api.PortInfo;
import bus.api.PortInfo.State;
import bus.api.PortInfo.Traffic;
import bus.api.PortRequest;
import bus.api.SerialBusRuntime;
import bus.shell.command.CommandException;

class LookCommandsTest {
	private final List<PortInfo> ports = new ArrayList<>();
	private final LookCommands commands = new LookCommands(null, new SerialBusRuntime() {

		@Override
		public List<BusInfo> buses() {
			return List.of(new BusInfo("vm1", "vm1", "/run/a,b.sock", BusInfo.State.RUNNING, 31, 3, 8, 0,
					"the monitor gave 8 queues; use num_vqs=64"));
		}

		@Override
		public List<PortInfo> ports() {
			return ports;
		}

		@Override
		public Optional<String> mistake(String pid, Map<String, ?> properties) {
			return Optional.empty();
		}
	}, null, null);

	private static String printed(Object answer) {
		return new Printer().format(answer, Converter.INSPECT, null).toString();
	}

	private String list(String... names) {
		return printed(commands.list(names));
	}

	@Test
	void s67_list_portsOfEveryState_inColumns() {
		ports.add(plugged("x", "socket", "org.example.x", 1));
		ports.add(refused("y", "org.example.x"));
		assertEquals("""
				BUS  ID  NAME           TYPE    LABEL  STATE    GUEST  HOST
				vm1  1   org.example.x  socket  x      plugged  open   full
				vm1  -   org.example.x  file    y      refused  -      -
				    A port already exists by name org.example.x""", list());
		assertEquals(2, list("x").lines().count());
		assertEquals(list(), list("vm1"));
	}

	@Test
	void s67_guestAndHost_areToldApart() {
		ports.add(plugged("x", true, false, false));
		ports.add(plugged("y", false, true, false));
		ports.add(plugged("z", true, true, true));
		assertEquals("""
				BUS  ID  NAME  TYPE  LABEL  STATE    GUEST   HOST
				vm1  7   -     file  x      plugged  open    closed
				vm1  7   -     file  y      plugged  closed  open
				vm1  7   -     file  z      plugged  open    full""", list());
		assertEquals(List.of("guest       open", "host        closed"), guestAndHost(0));
		assertEquals(List.of("guest       closed", "host        open"), guestAndHost(1));
		assertEquals(List.of("guest       open", "host        open, full: the guest waits"), guestAndHost(2));
	}

	private List<String> guestAndHost(int port) {
		return printed(PortRecord.of(ports.get(port))).lines()
				.filter(line -> line.startsWith("guest") || line.startsWith("host")).toList();
	}

	private static PortInfo plugged(String label, boolean guest, boolean host, boolean throttled) {
		return new PortInfo("vm1", label, "file", 7, "", false, State.PLUGGED, guest, host, throttled, new Traffic(0, 0, 0),
				"");
	}

	@Test
	void list_longNames_fitsEightyColumns() {
		ports.add(plugged("a-label-that-goes-on-and-on", "socket", "org.example.a.very.long.name.of.a.port.indeed", 126));
		var lines = list().lines().toList();
		assertTrue(lines.stream().allMatch(line -> line.length() <= 80), lines.toString());
		assertTrue(lines.getLast().endsWith("plugged  open   full"), lines.getLast());
	}

	@Test
	void list_noPorts_titlesAlone() {
		assertEquals("BUS  ID  NAME  TYPE  LABEL  STATE  GUEST  HOST", list());
	}

	@Test
	void list_isOfRecords_forScripts() {
		ports.add(plugged("x", "socket", "org.example.x", 1));
		var port = (PortRecord) ((List<?>) commands.list()).getFirst();
		assertEquals(List.of("x", "plugged", "full"), List.of(port.label(), port.state(), port.host()));
		assertEquals("vm1 1 org.example.x socket x plugged open full",
				new Printer().format(port, Converter.LINE, null).toString());
	}

	@Test
	void label_oneOfTwo_wantsTheType() {
		ports.add(plugged("x", "socket", "", 1));
		ports.add(plugged("x", "file", "", 2));
		var refusal = assertThrows(CommandException.class, () -> commands.list("x"));
		assertEquals("several ports are called x: socket-x, file-x", refusal.getMessage());
		assertEquals("vm1  2   -     file  x      plugged  open   full", list("file-x").lines().toList().getLast());
	}

	@Test
	void label_unknown_namesTheNearestAndTheKnownOnes() {
		ports.add(plugged("agent", "socket", "", 1));
		ports.add(refused("log", ""));
		var refusal = assertThrows(CommandException.class, () -> commands.show("agnet"));
		assertEquals("no port agnet; did you mean agent? ports: agent, log", refusal.getMessage());
		assertEquals("no port z; ports: agent, log",
				assertThrows(CommandException.class, () -> commands.show("z")).getMessage());
	}

	@Test
	void buses_oneClamped_saysTheRemedy() {
		ports.add(plugged("x", "socket", "", 1));
		assertEquals("""
				BUS  STATE    PORTS  USABLE   QUEUES  SOCKET
				vm1  running  1      3 of 31  8       /run/a,b.sock
				    the monitor gave 8 queues; use num_vqs=64""", printed(commands.buses()));
	}

	@Test
	void words_tooManyOrWrong_usageInOneLine() {
		assertEquals("too few words; usage: vport:show LABEL",
				assertThrows(CommandException.class, commands::show).getMessage());
		assertEquals("too many words; usage: vport:show LABEL",
				assertThrows(CommandException.class, () -> commands.show("a", "b")).getMessage());
		assertEquals("unknown option --umm; did you mean --uml? options: --uml, --crosvm, --cloud-hypervisor, --libkrun,"
				+ " --openvmm, --libvirt",
				assertThrows(CommandException.class, () -> qemu(0, "--umm", "vm1")).getMessage());
		assertEquals("no bus vm2; did you mean vm1? buses: vm1",
				assertThrows(CommandException.class, () -> qemu(0, "vm2")).getMessage());
	}

	@Test
	void qemu_everyMonitor_asItWantsIt() {
		assertEquals("""
				-M q35,memory-backend=mem -object memory-backend-memfd,id=mem,size=512M,share=on \\
				-chardev socket,id=vport0,path=/run/a,,b.sock \\
				-device vhost-user-test-device-pci,chardev=vport0,virtio-id=3,num_vqs=64,vq_size=128,config_size=12""",
				qemu(0, "vm1"));
		assertEquals("virtio_uml.device=/run/a,b.sock:3", qemu(1, "vm1"));
		assertEquals("--vhost-user console,socket=/run/a,b.sock", qemu(2, "vm1"));
		assertEquals("--memory size=512M,shared=on \\\n--generic-vhost-user socket=/run/a,b.sock,device_type=console,"
				+ "queue_sizes=[128,128]", qemu(3, "vm1"));
		assertEquals("krun_add_vhost_user_device(ctx, 3, \"/run/a,b.sock\", NULL, 0, NULL)", qemu(4, "vm1"));
		assertTrue(qemu(5, "vm1").startsWith("--vhost-user /run/a,b.sock,device_id=3,queue_sizes=[128,128,64,64,128,"));
		assertEquals(64, qemu(5, "vm1").replaceAll(".*\\[|\\].*", "").split(",").length);
		assertTrue(qemu(6, "vm1").contains("<qemu:arg value='socket,id=vport0,path=/run/a,,b.sock'/>"));
	}

	private String qemu(int flag, String... bus) {
		return commands.qemu(flag == 1, flag == 2, flag == 3, flag == 4, flag == 5, flag == 6, bus);
	}

	static PortInfo plugged(String label, String type, String name, int id) {
		return new PortInfo("vm1", label, type, id, name, false, State.PLUGGED, true, true, true, new Traffic(12, 34, 5), "");
	}

	static PortInfo refused(String label, String name) {
		return PortInfo.absent("vm1", new PortRequest(label, "file", name, PortRequest.ANY_ID, false), State.REFUSED,
				"A port already exists by name org.example.x");
	}
}
