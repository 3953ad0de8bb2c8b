package guest.driver;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The control channel's conversation and the table of ports, as in Linux's handle_control_message. Driver's lock. */
final class ControlChannel {
	/** Messages and complaints kept; older ones go. */
	static final int LOG_LIMIT = 1024;

	private final ConsoleDriver driver;
	private final Map<Integer, GuestSidePort> ports = new TreeMap<>();
	private final Deque<ControlMessage> messages = new ArrayDeque<>();
	private final Deque<String> complaints = new ArrayDeque<>();

	ControlChannel(ConsoleDriver driver) {
		this.driver = driver;
	}

	Collection<GuestSidePort> ports() {
		return ports.values();
	}

	List<ControlMessage> messages() {
		return List.copyOf(messages);
	}

	List<String> complaints() {
		return List.copyOf(complaints);
	}

	/** The driver is loaded anew: no port is known. */
	void forget() {
		ports.values().forEach(GuestSidePort::remove);
		ports.clear();
	}

	/** Without MULTIPORT there is port 0, a console, and no conversation. */
	void addSinglePort(ConsoleConfig config) {
		add(0).becomeConsole();
		if (driver.hasSize())
			resizeSinglePort(config);
	}

	void resizeSinglePort(ConsoleConfig config) {
		ports.get(0).resize(config.columns(), config.rows());
	}

	private GuestSidePort add(int id) {
		var port = new GuestSidePort(driver, id, driver.queues().in(id), driver.queues().out(id));
		ports.put(id, port);
		driver.queues().fill(driver.queues().in(id));
		return port;
	}

	/** After hibernation: the ports are taken for present, the host is told only what Linux tells it. */
	void restore() throws IOException {
		for (var port : ports.values()) {
			port.attach(driver.queues().in(port.id()), driver.queues().out(port.id()));
			driver.queues().fill(driver.queues().in(port.id()));
			port.setHostConnected(false);
			driver.sendControl(port.id(), ControlMessage.PORT_READY, 1);
			if (port.opened())
				driver.sendControl(port.id(), ControlMessage.PORT_OPEN, 1);
		}
	}

	/** Handles what has come on the control receiveq. */
	void receive(ReceiveQueue queue) throws IOException {
		for (var data = queue.peek(); data != null; data = queue.peek()) {
			byte[] bytes = data.toArray(ValueLayout.JAVA_BYTE);
			queue.consume(bytes.length);
			var message = ControlMessage.decode(bytes);
			keep(messages, message);
			handle(message);
		}
	}

	private void handle(ControlMessage message) throws IOException {
		var port = ports.get(message.id());
		if (message.event() == ControlMessage.PORT_ADD)
			portAdded(message, port);
		else if (port == null)
			keep(complaints, "Invalid index " + Integer.toUnsignedString(message.id())
					+ " in control packet: " + message);
		else
			handle(message, port);
	}

	private void portAdded(ControlMessage message, GuestSidePort port) throws IOException {
		if (port == null && (message.id() < 0 || message.id() >= driver.maxPorts())) {
			keep(complaints, "Request for adding port with out-of-bound id " + Integer.toUnsignedString(message.id())
					+ ", max. supported id: " + (driver.maxPorts() - 1));
			return;
		}
		if (port == null)
			add(message.id());
		driver.sendControl(message.id(), ControlMessage.PORT_READY, 1);
	}

	private void handle(ControlMessage message, GuestSidePort port) throws IOException {
		switch (message.event()) {
			case ControlMessage.PORT_REMOVE -> ports.remove(port.id()).remove();
			case ControlMessage.CONSOLE_PORT -> consolePort(message, port);
			case ControlMessage.RESIZE -> resize(message, port);
			case ControlMessage.PORT_OPEN -> port.setHostConnected(message.value() != 0);
			case ControlMessage.PORT_NAME -> portName(message, port);
			default -> keep(complaints, "unknown control message: " + message);
		}
	}

	private void consolePort(ControlMessage message, GuestSidePort port) throws IOException {
		if (message.value() == 0 || port.console())
			return;
		port.becomeConsole();
		driver.sendControl(port.id(), ControlMessage.PORT_OPEN, 1);
	}

	private void resize(ControlMessage message, GuestSidePort port) {
		if (message.rest().length < 4) {
			keep(complaints, "short control message: " + message);
			return;
		}
		var in = ByteBuffer.wrap(message.rest()).order(ByteOrder.LITTLE_ENDIAN);
		if (port.console() && driver.hasSize())
			port.resize(Short.toUnsignedInt(in.getShort(0)), Short.toUnsignedInt(in.getShort(2)));
	}

	private void portName(ControlMessage message, GuestSidePort port) {
		if (port.hasName()) {
			if (!port.named(message.name()))
				keep(complaints, "a second name for a port, the first stays: " + message);
			return;
		}
		port.setName(message.name());
	}

	private static <T> void keep(Deque<T> log, T entry) {
		if (log.size() == LOG_LIMIT)
			log.removeFirst();
		log.addLast(entry);
	}
}
