package guest.driver;

import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** The console device of the scripted back-end; everything but the lists is its thread's. */
final class ScriptedConsole {
	/** Control messages of the guest, as text. */
	final List<String> told = new CopyOnWriteArrayList<>();
	final List<Integer> emergency = new CopyOnWriteArrayList<>();
	/** Messages sent for each port when the guest is ready for it. */
	final Map<Integer, List<ControlMessage>> ports = new HashMap<>();
	/** Ports whose output is left in the ring. */
	final List<Integer> throttled = new CopyOnWriteArrayList<>();
	volatile int columns = 80;
	volatile int rows = 25;
	private final ScriptedBackEnd backEnd;
	private final int maxPorts;
	private final Deque<byte[]> control = new ArrayDeque<>();
	private final Map<Integer, Deque<byte[]>> input = new HashMap<>();
	private final Map<Integer, ByteArrayOutputStream> output = new HashMap<>();

	ScriptedConsole(ScriptedBackEnd backEnd, int maxPorts) {
		this.backEnd = backEnd;
		this.maxPorts = maxPorts;
	}

	byte[] config() {
		return Message.u32s(columns | rows << 16, maxPorts, 0);
	}

	void emergency(int character) {
		emergency.add(character);
	}

	void control(int id, int event, int value, byte... rest) {
		backEnd.post(() -> control.add(new ControlMessage(id, event, value, rest).encode()));
	}

	void input(int port, String text) {
		backEnd.post(() -> input.computeIfAbsent(port, p -> new ArrayDeque<>()).add(ScriptedBackEnd.bytes(text)));
	}

	byte[] output(int port) {
		var copy = output.get(port);
		return copy == null ? new byte[0] : copy.toByteArray(); // ByteArrayOutputStream is synchronized
	}

	void work() {
		receiveControl();
		send(2, control);
		for (int port = 0; port < maxPorts; port++) {
			int in = port == 0 ? 0 : 2 * port + 2;
			if (input.containsKey(port))
				send(in, input.get(port));
			if (!throttled.contains(port))
				drain(in + 1, port);
		}
	}

	private void receiveControl() {
		var device = backEnd.device(3);
		if (device == null)
			return;
		boolean any = false;
		for (var chain = device.next(); chain != null; chain = device.next(), any = true) {
			var message = ControlMessage.decode(chain.text());
			told.add(message.toString());
			device.complete(chain, 0);
			if (message.event() == ControlMessage.DEVICE_READY)
				ports.keySet().forEach(id -> control.add(new ControlMessage(id, ControlMessage.PORT_ADD, 1).encode()));
			if (message.event() == ControlMessage.PORT_READY)
				ports.get(message.id()).forEach(m -> control.add(m.encode()));
		}
		if (any)
			backEnd.call(3);
	}

	private void send(int queue, Deque<byte[]> messages) {
		var device = backEnd.device(queue);
		while (device != null && !messages.isEmpty()) {
			var chain = device.next();
			if (chain == null)
				return;
			device.complete(chain, chain.fill(messages.remove()));
			backEnd.call(queue);
		}
	}

	private void drain(int queue, int port) {
		var device = backEnd.device(queue);
		if (device == null)
			return;
		var batch = new ArrayList<RingDevice.Chain>();
		for (var chain = device.next(); chain != null; chain = device.next()) {
			output.computeIfAbsent(port, p -> new ByteArrayOutputStream()).writeBytes(chain.text());
			batch.add(chain);
		}
		if (batch.isEmpty())
			return;
		device.complete(batch, 0);
		backEnd.call(queue);
	}
}
