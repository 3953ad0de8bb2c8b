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
	private final Map<Integer, PortState> ports = new TreeMap<>();
	private final PortNotices notices;
	private final Deque<ControlMessage> messages = new ArrayDeque<>();
	private final Deque<String> complaints = new ArrayDeque<>();

	ControlChannel(ConsoleDriver driver, PortNotices notices) {
		this.driver = driver;
		this.notices = notices;
	}

	Collection<PortState> ports() {
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
		ports.values().forEach(notices::changed);
		ports.values().forEach(PortState::remove);
		ports.clear();
	}

	/** Without MULTIPORT there is port 0, a console, and no conversation. */
	void addSinglePort(ConsoleConfig config) {
		add(0).becomeConsole();
		if (device().hasSize())
			resizeSinglePort(config);
	}

	void resizeSinglePort(ConsoleConfig config) {
		resize(ports.get(0), config.columns(), config.rows());
	}

	private void resize(PortState port, int columns, int rows) {
		port.columns = columns;
		port.rows = rows;
		notices.changed(port);
	}

	private ConsoleDevice device() {
		return driver.device();
	}

	private PortState add(int id) {
		var port = new PortState(driver, id, driver.settings());
		ports.put(id, port);
		port.attach(device().queues());
		notices.changed(port);
		return port;
	}

	/** After hibernation: the ports are taken for present, the host is told only what Linux tells it. */
	void restore() throws IOException {
		for (var port : ports.values()) {
			port.attach(device().queues());
			port.hostConnected = false;
			notices.changed(port);
			send(port.id, ControlMessage.PORT_READY, 1);
			if (port.open)
				send(port.id, ControlMessage.PORT_OPEN, 1);
		}
	}

	/** Handles what has come on the control receiveq; for what comes meanwhile the device calls again. */
	void receive(ReceiveQueue queue) throws IOException {
		queue.collect();
		for (var data = queue.peek(); data != null; data = queue.peek()) {
			byte[] bytes = data.toArray(ValueLayout.JAVA_BYTE);
			queue.consume(bytes.length);
			var message = ControlMessage.decode(bytes);
			keep(messages, message);
			handle(message);
		}
	}

	private void send(int id, int event, int value) throws IOException {
		driver.sendControl(new ControlMessage(id, event, value));
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

	private void portAdded(ControlMessage message, PortState port) throws IOException {
		if (port == null && (message.id() < 0 || message.id() >= device().maxPorts())) {
			keep(complaints, "Request for adding port with out-of-bound id " + Integer.toUnsignedString(message.id())
					+ ", max. supported id: " + (device().maxPorts() - 1));
			return;
		}
		if (port == null)
			add(message.id());
		send(message.id(), ControlMessage.PORT_READY, 1);
	}

	private void handle(ControlMessage message, PortState port) throws IOException {
		notices.changed(port);
		switch (message.event()) {
			case ControlMessage.PORT_REMOVE -> ports.remove(port.id).remove();
			case ControlMessage.CONSOLE_PORT -> consolePort(message, port);
			case ControlMessage.RESIZE -> resize(message, port);
			case ControlMessage.PORT_OPEN -> port.hostConnected = message.value() != 0;
			case ControlMessage.PORT_NAME -> portName(message, port);
			default -> keep(complaints, "unknown control message: " + message);
		}
	}

	private void consolePort(ControlMessage message, PortState port) throws IOException {
		if (message.value() == 0 || port.console)
			return;
		port.becomeConsole();
		send(port.id, ControlMessage.PORT_OPEN, 1);
	}

	private void resize(ControlMessage message, PortState port) {
		if (message.rest().length < 4) {
			keep(complaints, "short control message: " + message);
			return;
		}
		var in = ByteBuffer.wrap(message.rest()).order(ByteOrder.LITTLE_ENDIAN);
		if (port.console && device().hasSize())
			resize(port, Short.toUnsignedInt(in.getShort(0)), Short.toUnsignedInt(in.getShort(2)));
	}

	private void portName(ControlMessage message, PortState port) {
		if (port.name.isEmpty())
			port.name = message.name();
		else if (!port.name.equals(message.name()))
			keep(complaints, "a second name for a port, the first stays: " + message);
	}

	private static <T> void keep(Deque<T> log, T entry) {
		if (log.size() == LOG_LIMIT)
			log.removeFirst();
		log.addLast(entry);
	}
}
