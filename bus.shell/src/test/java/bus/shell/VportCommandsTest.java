package bus.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import org.junit.jupiter.api.Test;

import bus.api.Attachable;
import bus.api.BusInfo;
import bus.api.PortInfo;
import bus.api.PortInfo.State;
import bus.api.PortInfo.Traffic;
import bus.api.PortRequest;
import bus.api.SerialBusRuntime;

class VportCommandsTest {
	private final List<PortInfo> ports = new ArrayList<>();
	private final VportCommands commands = new VportCommands(null, new SerialBusRuntime() {

		@Override
		public List<BusInfo> buses() {
			return List.of(new BusInfo("vm1", "vm1", "/run/a,b.sock", BusInfo.State.RUNNING, 31, 3, 8, 0,
					"the monitor gave 8 queues; use num_vqs=64"));
		}

		@Override
		public List<PortInfo> ports() {
			return ports;
		}
	});

	@Test
	void s67_list_portsOfEveryState_inColumns() {
		ports.add(plugged("x", "socket", "org.example.x", 1));
		ports.add(refused("y", "org.example.x"));
		assertEquals("""
				BUS  ID  NAME           TYPE    LABEL  STATE    GUEST  HOST
				vm1  1   org.example.x  socket  x      plugged  open   full
				vm1  -   org.example.x  file    y      refused  -      -
				    A port already exists by name org.example.x""", commands.list());
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
				vm1  7   -     file  z      plugged  open    full""", commands.list());
		assertEquals(List.of("guest       open", "host        closed"), guestAndHost("x"));
		assertEquals(List.of("guest       closed", "host        open"), guestAndHost("y"));
		assertEquals(List.of("guest       open", "host        open, full: the guest waits"), guestAndHost("z"));
	}

	private List<String> guestAndHost(String label) {
		return commands.show(label).lines().filter(line -> line.startsWith("guest") || line.startsWith("host")).toList();
	}

	private static PortInfo plugged(String label, boolean guest, boolean host, boolean throttled) {
		return new PortInfo("vm1", label, "file", 7, "", false, State.PLUGGED, guest, host, throttled, new Traffic(0, 0, 0),
				"");
	}

	@Test
	void list_longNames_fitsEightyColumns() {
		ports.add(plugged("a-label-that-goes-on-and-on", "socket", "org.example.a.very.long.name.of.a.port.indeed", 126));
		var lines = commands.list().lines().toList();
		assertTrue(lines.stream().allMatch(line -> line.length() <= 80), lines.toString());
		assertTrue(lines.getLast().endsWith("plugged  open   full"), lines.getLast());
	}

	@Test
	void list_noPorts_titlesAlone() {
		assertEquals("BUS  ID  NAME  TYPE  LABEL  STATE  GUEST  HOST", commands.list());
	}

	@Test
	void show_oneOfTwoWithTheSameLabel_wantsTheType() {
		ports.add(plugged("x", "socket", "", 1));
		ports.add(plugged("x", "file", "", 2));
		var refusal = assertThrows(CommandException.class, () -> commands.show("x"));
		assertEquals("several ports are called x: socket-x, file-x", refusal.getMessage());
		assertTrue(commands.show("file-x").contains("from guest  12 bytes"), commands.show("file-x"));
	}

	@Test
	void show_unknownLabel_namesTheKnownOnes() {
		ports.add(plugged("x", "socket", "", 1));
		ports.add(refused("y", ""));
		var refusal = assertThrows(CommandException.class, () -> commands.show("z"));
		assertEquals("no port z; ports: x, y", refusal.getMessage());
	}

	@Test
	void buses_oneClamped_saysTheRemedy() {
		ports.add(plugged("x", "socket", "", 1));
		assertEquals("""
				BUS  STATE    PORTS  USABLE   QUEUES  SOCKET
				vm1  running  1      3 of 31  8       /run/a,b.sock
				    the monitor gave 8 queues; use num_vqs=64""", commands.buses());
	}

	@Test
	void qemu_bus_asQemuAndUmlWantIt() {
		assertEquals("""
				-M q35,memory-backend=mem -object memory-backend-memfd,id=mem,size=512M,share=on \\
				-chardev socket,id=vport0,path=/run/a,,b.sock \\
				-device vhost-user-test-device-pci,chardev=vport0,virtio-id=3,num_vqs=64,vq_size=128,config_size=12""",
				commands.qemu(false, "vm1"));
		assertEquals("virtio_uml.device=/run/a,b.sock:3", commands.qemu(true, "vm1"));
		var refusal = assertThrows(CommandException.class, () -> commands.qemu(false, "vm2"));
		assertEquals("no bus vm2; buses: vm1", refusal.getMessage());
	}

	@Test
	void attach_refusedPort_saysWhy() {
		ports.add(refused("y", ""));
		var refusal = assertThrows(CommandException.class, () -> commands.attach(null, "y"));
		assertEquals("y is refused: A port already exists by name org.example.x", refusal.getMessage());
	}

	@Test
	void conversation_escapeTyped_endsWithAllShown() {
		var typed = new ByteArrayOutputStream();
		var output = new ByteArrayOutputStream();
		var keys = new LineKeys(new ByteArrayInputStream("ls\r\035never".getBytes(StandardCharsets.US_ASCII)));
		var end = assertTimeoutPreemptively(Duration.ofSeconds(10),
				() -> new Conversation(new Echo(typed), keys, output).hold());
		assertEquals("disconnected", end);
		assertEquals("ls\r", typed.toString(StandardCharsets.US_ASCII));
		assertEquals("ls\r", output.toString(StandardCharsets.US_ASCII));
	}

	@Test
	void screen_terminalTooSlow_lossMarked() throws IOException {
		var screen = new Screen();
		screen.accept(ByteBuffer.allocate(65_000));
		screen.accept(ByteBuffer.allocate(1_000));
		screen.end();
		var shown = new ByteArrayOutputStream();
		screen.show(shown);
		assertTrue(shown.toString(StandardCharsets.US_ASCII).endsWith("\r\n[vport: 464 bytes lost]\r\n"));
	}

	private static PortInfo plugged(String label, String type, String name, int id) {
		return new PortInfo("vm1", label, type, id, name, false, State.PLUGGED, true, true, true, new Traffic(12, 34, 5), "");
	}

	private static PortInfo refused(String label, String name) {
		return PortInfo.absent("vm1", new PortRequest(label, "file", name, PortRequest.ANY_ID, false), State.REFUSED,
				"A port already exists by name org.example.x");
	}

	/** A console whose guest echoes. */
	private record Echo(ByteArrayOutputStream typed) implements Attachable {

		@Override
		public Attachment attach(Consumer<ByteBuffer> output) {
			return new Attachment() {

				@Override
				public int type(ByteBuffer keys) {
					typed.write(keys.get(keys.position()));
					output.accept(keys.duplicate());
					return keys.remaining();
				}

				@Override
				public void resize(int columns, int rows) {
					throw new AssertionError();
				}

				@Override
				public boolean isOpen() {
					return true;
				}

				@Override
				public void close() {
					// nothing to end
				}
			};
		}
	}
}
