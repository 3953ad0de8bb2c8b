package bus.vhostuser.rehearsal;

import static bus.vhostuser.rehearsal.Machine.await;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

import bus.api.HostPort;
import bus.api.PortRefusedException;
import bus.api.PortRequest;
import bus.api.SerialBus;
import bus.linux.Errno;
import bus.linux.Linux;
import bus.linux.LinuxException;
import bus.linux.MessageSocket;

/**
 * A guest's life on a bus of its own: its driver comes, finds a console, a port of callbacks and one of a descriptor, moves
 * bytes both ways on each, sees a port come and go, and stops. What comes back is compared, so that a bus which does not
 * work here is known before a guest finds out.
 */
public final class Guest implements AutoCloseable {
	/** Ports that the bus has to have room for. */
	public static final int PORTS = 4;

	private static final int CONSOLE = 0;
	private static final int CALLBACKS = 1;
	private static final int DESCRIPTOR = 2;
	private static final int COMES_AND_GOES = 3;
	private static final int CONTROL_IN = 2;
	private static final int CONTROL_OUT = 3;

	private static final int DEVICE_READY = 0;
	private static final int PORT_ADD = 1;
	private static final int PORT_REMOVE = 2;
	private static final int PORT_READY = 3;
	private static final int PORT_OPEN = 6;

	/** Of each port: whether it is there, and whether the host has it open. */
	private final boolean[] there = new boolean[PORTS];
	private final boolean[] hostOpen = new boolean[PORTS];
	private final SerialBus bus;
	private final Machine machine;
	private final Parrot console = new Parrot();
	private final Parrot callbacks = new Parrot();
	/** The far end of the port with a descriptor; -1 before there is one. */
	private int far = -1;
	private byte next;

	/**
	 * @param bus with room for {@link #PORTS} ports and no other
	 * @param socket connected to it; from now on this object's
	 */
	public Guest(SerialBus bus, MessageSocket socket) throws LinuxException {
		this.bus = bus;
		machine = new Machine(socket, 2 * (PORTS + 1));
	}

	/** From the first message to open ports. */
	public void boot() throws IOException, PortRefusedException {
		plug(CONSOLE, console);
		plug(CALLBACKS, callbacks);
		plugWire();
		machine.start();
		machine.ring(CONTROL_IN).fill();
		machine.kick(CONTROL_IN);
		control(0, DEVICE_READY, 1);
		for (int port = CONSOLE; port <= DESCRIPTOR; port++)
			open(port);
	}

	private void plug(int id, HostPort port) throws PortRefusedException {
		bus.plug(new PortRequest("port" + id, "rehearsal", id == CONSOLE ? "" : "port" + id, id, id == CONSOLE), port);
	}

	private void plugWire() throws LinuxException, PortRefusedException {
		try (var arena = Arena.ofConfined()) {
			var pair = arena.allocate(JAVA_INT, 2);
			LinuxException.check(Linux.socketpair(Linux.AF_UNIX, Linux.SOCK_STREAM, pair.address()), "socketpair");
			far = pair.getAtIndex(JAVA_INT, 1);
			plug(DESCRIPTOR, new Wire(pair.getAtIndex(JAVA_INT, 0)));
		}
	}

	private void open(int port) throws IOException {
		awaitControl(() -> hostOpen[port], "port " + port);
		var room = machine.ring(queueIn(port));
		room.fill();
		machine.kick(queueIn(port));
		control(port, PORT_OPEN, 1);
	}

	/** One thing of each kind that guests do again and again. */
	public void round() throws IOException {
		var bytes = new byte[] { next++, '\n' };
		send(CONSOLE, bytes);
		expect(CONSOLE, bytes);
		send(CALLBACKS, bytes);
		expect(CALLBACKS, bytes);
		send(DESCRIPTOR, bytes);
		echoOnWire(bytes);
		expect(DESCRIPTOR, bytes);
		control(CALLBACKS, PORT_OPEN, 0);
		control(CALLBACKS, PORT_OPEN, 1);
	}

	/** A port is plugged while the guest runs, and unplugged. */
	public void hotPlug() throws IOException, PortRefusedException {
		var port = new Parrot();
		plug(COMES_AND_GOES, port);
		open(COMES_AND_GOES);
		bus.unplug(port);
		awaitControl(() -> !there[COMES_AND_GOES], "removal of a port");
	}

	/** The driver is unloaded. */
	public void stop() throws IOException {
		machine.stop();
	}

	private void send(int port, byte[] bytes) throws IOException {
		transmit(port == 0 ? 1 : 2 * port + 3, bytes);
	}

	private void transmit(int queue, byte[] bytes) throws IOException {
		var ring = machine.ring(queue);
		ring.send(bytes);
		machine.kick(queue);
		await(ring::isUsed, "completion in queue " + queue);
		ring.take();
	}

	private void expect(int port, byte[] bytes) throws IOException {
		int queue = queueIn(port);
		var ring = machine.ring(queue);
		await(ring::isUsed, "data in queue " + queue);
		var data = ring.take();
		if (!Arrays.equals(data, bytes))
			throw new IOException("queue " + queue + " has brought " + Arrays.toString(data) + " in place of "
					+ Arrays.toString(bytes));
		ring.fill();
		machine.kick(queue);
	}

	private static int queueIn(int port) {
		return port == 0 ? 0 : 2 * port + 2;
	}

	/** What a program at the port's far end does. */
	private void echoOnWire(byte[] bytes) throws IOException {
		try (var arena = Arena.ofConfined()) {
			var data = arena.allocate(bytes.length);
			await(() -> Linux.read(far, data.address(), data.byteSize()) != -Errno.EAGAIN, "data at a descriptor");
			LinuxException.check(Linux.write(far, data.address(), data.byteSize()), "write");
		}
	}

	private void control(int port, int event, int value) throws IOException {
		transmit(CONTROL_OUT, ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putInt(port).putShort((short) event)
				.putShort((short) value).array());
	}

	private void awaitControl(Machine.Condition condition, String what) throws IOException {
		var ring = machine.ring(CONTROL_IN);
		await(() -> {
			while (ring.isUsed()) {
				heard(ByteBuffer.wrap(ring.take()).order(ByteOrder.LITTLE_ENDIAN));
				ring.fill();
				machine.kick(CONTROL_IN);
			}
			return condition.holds();
		}, what);
	}

	private void heard(ByteBuffer message) throws IOException {
		int port = message.getInt(0);
		switch (message.getShort(4)) {
			case PORT_ADD -> {
				there[port] = true;
				control(port, PORT_READY, 1);
			}
			case PORT_REMOVE -> there[port] = false;
			case PORT_OPEN -> hostOpen[port] = message.getShort(6) == 1;
			default -> { } // names and sizes
		}
	}

	@Override
	public void close() {
		machine.close();
		Linux.close(far);
	}
}
