package bus.core.console;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import bus.api.HostPort;
import bus.api.PortRefusedException;
import bus.api.PortRequest;

/**
 * Which port has which number. The rules, their order and their words are those of QEMU's bus, so that what people know,
 * and what their scripts look for, holds here. Loop thread.
 */
final class PortTable {
	/** The ring index in vhost-user messages has 8 bits, and 2 + 2 * ports queues are needed. */
	static final int LIMIT = 127;

	private final String bus;
	private final PortNames names;
	private final PortSlot[] slots;
	private final List<PortSlot> plugOrder = new ArrayList<>();

	PortTable(String bus, int maxPorts, PortNames names) {
		this.bus = bus;
		this.names = names;
		this.slots = new PortSlot[maxPorts];
	}

	int maxPorts() {
		return slots.length;
	}

	/** The port with a number, or null. */
	PortSlot get(int id) {
		return id >= 0 && id < slots.length ? slots[id] : null;
	}

	/** All ports, first plugged first. */
	List<PortSlot> plugOrder() {
		return Collections.unmodifiableList(plugOrder);
	}

	/** The ports that may be called: one that is still being plugged is with another thread. A copy, as calls may unplug. */
	List<PortSlot> announced() {
		return plugOrder.stream().filter(slot -> slot.announced).toList();
	}

	/** The slot that is held for a request and that nobody is about to take; null if there is none. */
	PortSlot held(PortRequest request) {
		for (var slot : plugOrder)
			if (slot.held && slot.port == null && slot.request.equals(request))
				return slot;
		return null;
	}

	/** Puts a slot in the place of one with the same number. */
	void replace(PortSlot slot, PortSlot next) {
		slots[slot.id] = next;
		plugOrder.set(plugOrder.indexOf(slot), next);
	}

	PortSlot reserve(PortRequest request, HostPort port) throws PortRefusedException {
		for (var slot : plugOrder)
			if (slot.port == port)
				throw new PortRefusedException("the same object is plugged as " + slot.describe()
						+ " already; register an object of its own for each port");
		var held = held(request);
		if (held != null) {
			var next = held.succeed(port);
			held.unplugged = true;
			replace(held, next);
			return next;
		}
		if (get(request.id()) != null)
			throw new PortRefusedException("virtio-serial-bus: A port already exists at id " + request.id());
		takeName(request.name());
		try {
			var slot = new PortSlot(place(request), request, port);
			slots[slot.id] = slot;
			plugOrder.add(slot);
			return slot;
		} catch (PortRefusedException e) {
			freeName(request.name());
			throw e;
		}
	}

	private void takeName(String name) throws PortRefusedException {
		String owner = name.isEmpty() ? null : names.take(name, bus);
		if (owner != null)
			throw new PortRefusedException("virtio-serial-bus: A port already exists by name " + name
					+ (owner.equals(bus) ? "" : " (on bus " + owner + " of the same vm)"));
	}

	private void freeName(String name) {
		if (!name.isEmpty())
			names.free(name);
	}

	private int place(PortRequest request) throws PortRefusedException {
		int id = request.id() == PortRequest.ANY_ID ? freeId(request.console()) : request.id();
		if (id >= slots.length || id < 0)
			throw new PortRefusedException("virtio-serial-bus: Out-of-range port id specified, max. allowed: "
					+ (slots.length - 1) + " (id=" + id + "; ports=" + slots.length + " on this bus)");
		if (id == 0 && !request.console())
			throw new PortRefusedException("Port number 0 on virtio-serial devices reserved for virtconsole devices"
					+ " for backward compatibility.");
		return id;
	}

	/** A console takes number 0 if it is free; that number is nobody else's. */
	private int freeId(boolean console) throws PortRefusedException {
		if (console && slots[0] == null)
			return 0;
		for (int id = 1; id < slots.length; id++)
			if (slots[id] == null)
				return id;
		throw new PortRefusedException("virtio-serial-bus: Maximum port limit for this device reached (ports="
				+ slots.length + "; a larger ports= needs num_vqs=2*(ports+1) in the virtual machine)");
	}

	/** The bus closes. */
	void close() {
		names.freeAll(bus);
	}

	void release(PortSlot slot) {
		slots[slot.id] = null;
		plugOrder.remove(slot);
		freeName(slot.request.name());
	}
}
