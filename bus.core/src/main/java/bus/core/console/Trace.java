package bus.core.console;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import bus.api.BusEvent;
import bus.api.BusEvent.Kind;

/**
 * Tells what happens on a bus to those who trace it. Loop thread. Nothing here is called where bytes move, and while
 * nobody traces a call is one comparison.
 */
final class Trace {
	private static final System.Logger LOG = System.getLogger("bus.core");

	private final String bus;
	private final PortTable ports;
	/** Null if there are none. Never changed, only replaced: a listener may end its trace while it is being called. */
	private List<Consumer<BusEvent>> listeners;

	Trace(String bus, PortTable ports) {
		this.bus = bus;
		this.ports = ports;
	}

	void begin(Consumer<BusEvent> listener) {
		var more = listeners == null ? new ArrayList<Consumer<BusEvent>>() : new ArrayList<>(listeners);
		more.add(listener);
		listeners = more;
	}

	void end(Consumer<BusEvent> listener) {
		if (listeners == null)
			return;
		var rest = new ArrayList<>(listeners);
		rest.remove(listener);
		listeners = rest.isEmpty() ? null : rest;
	}

	void port(PortSlot slot, Kind kind) {
		if (listeners != null)
			tell(slot.id, slot.request.label(), kind, "");
	}

	void fault(PortSlot slot, String reason) {
		if (listeners != null)
			tell(slot.id, slot.request.label(), Kind.FAULT, reason);
	}

	void toGuest(int id, ControlEvent event, int value, byte... tail) {
		if (listeners != null)
			tell(id, label(id), Kind.TO_GUEST, event + " " + value + text(event, tail));
	}

	void fromGuest(ControlMessage message) {
		if (listeners == null)
			return;
		var event = ControlEvent.of(message.event());
		int id = event == ControlEvent.DEVICE_READY ? -1 : message.id();
		tell(id, label(id), Kind.FROM_GUEST, (event == null ? "event " + message.event() : event) + " " + message.value());
	}

	/** The guest may name any number. */
	private String label(int id) {
		var slot = ports.get(id);
		return slot == null ? "" : slot.request.label();
	}

	private static String text(ControlEvent event, byte[] tail) {
		return switch (event) {
			case PORT_NAME -> " " + new String(tail, StandardCharsets.UTF_8).replace("\0", "\\0");
			case RESIZE -> " " + ControlMessage.first(tail) + " " + ControlMessage.second(tail);
			default -> "";
		};
	}

	private void tell(int port, String label, Kind kind, String detail) {
		var event = new BusEvent(Instant.now(), bus, port, label, kind, detail);
		for (var listener : listeners)
			try {
				listener.accept(event);
			} catch (RuntimeException | Error e) { // a tool's mistake is not to cost a port its life
				LOG.log(System.Logger.Level.WARNING, "bus " + bus + ": a trace has ended: " + e);
				end(listener);
			}
	}
}
