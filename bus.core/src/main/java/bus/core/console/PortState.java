package bus.core.console;

import java.io.IOException;

import bus.api.BusEvent.Kind;
import bus.api.HostPort;
import bus.linux.Epoll;
import bus.linux.Linux;

/**
 * What opens and closes a port's host side, and what that means for the guest. Loop thread.
 */
final class PortState {

	private static final System.Logger LOG = System.getLogger("bus.core");

	private final String bus;
	private final ConsoleDevice device;
	private final Loop loop;
	private final PortCalls calls;

	PortState(String bus, ConsoleDevice device, Loop loop) {
		this.bus = bus;
		this.device = device;
		this.loop = loop;
		this.calls = new PortCalls(loop, this::fault);
	}

	PortCalls calls() {
		return calls;
	}

	/** The port opens its host side; no effect if it is open. */
	void hostOpened(PortSlot slot) {
		if (slot.fault != null)
			return;
		slot.opened = true;
		settle(slot);
	}

	/** The port closes its host side; no effect if it is closed. */
	void hostClosed(PortSlot slot) {
		slot.opened = false;
		settle(slot);
	}

	/**
	 * Opens or closes the host side, as port and operator together have it. When it closes, what the guest has written by
	 * now and the port not taken goes back to the guest with the queue's next turn, the half-consumed buffer too, even if
	 * the host side is open again by then.
	 */
	void settle(PortSlot slot) {
		boolean open = slot.opened && !slot.shut && !slot.held;
		if (open == slot.hostOpen)
			return;
		slot.hostOpen = open;
		device.trace().port(slot, open ? Kind.HOST_OPENED : Kind.HOST_CLOSED);
		if (!open) {
			slot.throttled = false;
			slot.readable = false;
			device.discardOffered(slot); // not left to the next turn: before that the next client may be there
		}
		device.tell(slot, ControlEvent.PORT_OPEN, open ? 1 : 0);
		device.serve(slot);
	}

	/** The operator closes the host side, or lets the port have it open again. */
	void shut(PortSlot slot, boolean shut) {
		if (slot.shut == shut)
			return;
		slot.shut = shut;
		slot.readable = !shut; // what the port has for the guest it has said once, perhaps while it was shut
		settle(slot);
	}

	/**
	 * Lets the loop move the bytes of a descriptor from now on.
	 *
	 * @param key for the next instance; null if the descriptor is not to outlive this one
	 */
	void attach(PortSlot slot, int number, String key) {
		release(slot);
		if (slot.fault != null || slot.unplugged) {
			Linux.close(number);
			return;
		}
		var descriptor = new HostDescriptor(number, key);
		try {
			loop.watchReading(number, events -> ready(slot, descriptor, events));
		} catch (IOException e) {
			Linux.close(number);
			fault(slot, "cannot watch its descriptor: " + e.getMessage());
			return;
		}
		slot.descriptor = descriptor;
		slot.throttled = false;
		hostOpened(slot);
		device.serve(slot);
	}

	/** Closes the descriptor, if there is one, and the host side. */
	void detach(PortSlot slot) {
		if (slot.descriptor == null)
			return;
		release(slot);
		hostClosed(slot);
	}

	/** The descriptor came to its end. */
	void hangup(PortSlot slot) {
		detach(slot);
		calls.run(slot, "hangup", slot.port::hangup);
	}

	/** Nobody reads at the far end any more; what it wrote before it left is still delivered to a guest that listens. */
	void hostDeaf(PortSlot slot) {
		if (!slot.guestOpen) {
			hangup(slot);
			return;
		}
		slot.descriptor.deaf = true;
		slot.descriptor.ending = true;
		slot.descriptor.readable = true;
		device.serve(slot);
	}

	/** The descriptor takes no more; when it does, the guest's writing goes on. */
	void throttle(PortSlot slot) {
		slot.descriptor.writable = false;
		slot.throttled = true;
		watchWriting(slot, slot.descriptor, true);
	}

	private void watchWriting(PortSlot slot, HostDescriptor descriptor, boolean wanted) {
		if (descriptor.watchedForWriting == wanted)
			return;
		descriptor.watchedForWriting = wanted;
		try {
			loop.watchWriting(descriptor.number, wanted);
		} catch (IOException e) {
			fault(slot, "cannot watch its descriptor: " + e.getMessage());
		}
	}

	private void ready(PortSlot slot, HostDescriptor descriptor, int events) {
		if (events == Epoll.OUT && descriptor.writable) {
			watchWriting(slot, descriptor, false); // nobody has waited for it, and nobody is to be woken for it again
			return;
		}
		if ((events & (Epoll.IN | Epoll.HUP | Epoll.ERR | Epoll.RDHUP)) != 0)
			descriptor.readable = true;
		if ((events & (Epoll.HUP | Epoll.ERR | Epoll.RDHUP)) != 0)
			descriptor.ending = true;
		// a full FIFO whose reader has gone reports an error and no more: writing to it tells what is the matter
		if ((events & (Epoll.OUT | Epoll.HUP | Epoll.ERR)) != 0 && !descriptor.writable) {
			descriptor.writable = true;
			slot.throttled = false;
		}
		device.serve(slot);
	}

	/** A port that goes leaves a descriptor to the next instance, if it is one that goes for that. */
	void keep(PortSlot slot, String key, int number) {
		var next = slot.successor;
		var replaced = next == null || next.unplugged ? Integer.valueOf(number) : next.kept.put(key, number);
		if (replaced != null)
			Linux.close(replaced);
	}

	private void release(PortSlot slot) {
		if (slot.descriptor == null)
			return;
		loop.unwatch(slot.descriptor.number);
		Linux.close(slot.descriptor.number);
		slot.descriptor = null;
	}

	/** The guest opened or closed its end; the port hears of it even if nothing changed. */
	void guestOpened(PortSlot slot, boolean open) {
		slot.guestOpen = open;
		device.trace().port(slot, open ? Kind.GUEST_OPENED : Kind.GUEST_CLOSED);
		if (open)
			calls.tell(slot, "guestOpened", HostPort::guestOpened);
		else
			calls.tell(slot, "guestClosed", HostPort::guestClosed);
		device.serve(slot);
	}

	/** Closes a port whose code failed; it stays where it is, with the reason, until it is unplugged. */
	void fault(PortSlot slot, String reason) {
		if (slot.fault != null)
			return;
		slot.fault = reason;
		device.trace().fault(slot, reason);
		LOG.log(System.Logger.Level.ERROR, "bus {0}: {1} closed: {2}", bus, slot.describe(), reason);
		release(slot);
		hostClosed(slot);
	}

	/** Takes a port out of use: afterwards nothing calls it. */
	void retire(PortSlot slot) {
		slot.unplugged = true;
		release(slot);
		closeKept(slot);
		slot.watched.forEach(loop::unwatch);
		slot.watched.clear();
		slot.hostOpen = false;
		slot.throttled = false;
	}

	/** Nobody has asked for them. */
	void closeKept(PortSlot slot) {
		slot.kept.values().forEach(Linux::close);
		slot.kept.clear();
	}

	/**
	 * Takes a port out of use whose next instance is to go on where it stands.
	 *
	 * @return what is there instead until then
	 */
	PortSlot hold(PortSlot slot) {
		if (slot.descriptor != null && slot.descriptor.key != null) {
			loop.unwatch(slot.descriptor.number);
			slot.kept.put(slot.descriptor.key, slot.descriptor.number);
			slot.descriptor = null;
		}
		boolean wasOpen = slot.hostOpen;
		slot.held = true; // if this is one of the port's own calls, the turn that made it is not to discard the rest
		var next = slot.succeed(null);
		retire(slot);
		if (wasOpen)
			device.tell(next, ControlEvent.PORT_OPEN, 0);
		return next;
	}

	/** The next instance works: it hears how things stand, and goes on. */
	void resume(PortSlot slot, boolean running) {
		slot.held = false;
		closeKept(slot);
		if (running)
			calls.tell(slot, "running", port -> port.running(true));
		if (slot.driverReady)
			calls.tell(slot, "guestReady", HostPort::guestReady);
		if (slot.guestOpen)
			calls.tell(slot, "guestOpened", HostPort::guestOpened);
		settle(slot);
	}
}
