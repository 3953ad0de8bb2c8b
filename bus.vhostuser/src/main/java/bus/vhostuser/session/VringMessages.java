package bus.vhostuser.session;

import java.io.IOException;

import bus.core.console.ConsoleDevice;
import bus.core.console.Loop;
import bus.core.virtio.RingSetup;
import bus.core.virtio.Virtqueue;
import bus.linux.Linux;

/** What the front-end says of rings: checks it, and lets {@link Vrings} see what follows from it. Loop thread. */
final class VringMessages {
	private static final int NO_DESCRIPTOR = 0x100;

	private final ConsoleDevice device;
	private final Loop loop;
	private final Vrings vrings;

	VringMessages(ConsoleDevice device, Loop loop, Vrings vrings) {
		this.device = device;
		this.loop = loop;
		this.vrings = vrings;
	}

	/** SET_VRING_NUM: index u32, number u32. */
	Reply setNum(Message message) throws RefusedException {
		var ring = vrings.ring(message.u32(0));
		int size = message.u32(4);
		if (ring.running && size != ring.size)
			throw new RefusedException("ring=" + ring.index + " is running");
		if (!RingSetup.isSize(size, vrings.features()))
			throw new RefusedException("num=" + size + ", allowed: " + (vrings.isPacked() ? "1" : "powers of two") + " to "
					+ Virtqueue.MAX_SIZE);
		ring.size = size;
		return vrings.update(ring);
	}

	/** SET_VRING_ADDR: index u32, flags u32, then the addresses of descriptors, used, available, log. */
	Reply setAddr(Message message) throws RefusedException {
		var ring = vrings.ring(message.u32(0));
		var addresses = new RingSetup.Addresses(message.u64(8), message.u64(24), message.u64(16));
		if (ring.running && !addresses.equals(ring.addresses))
			throw new RefusedException("ring=" + ring.index + " is running");
		if (!addresses.isAligned())
			throw new RefusedException("misaligned " + addresses);
		ring.addresses = addresses;
		return vrings.update(ring);
	}

	/**
	 * SET_VRING_BASE: index u32, then where the ring stands: the available index; of a packed ring the place where the
	 * driver offers in the low half, where it is given back in the high one. In order they are the same.
	 */
	Reply setBase(Message message) throws RefusedException {
		var ring = vrings.ring(message.u32(0));
		int base = message.u32(4);
		if (ring.running)
			throw new RefusedException("ring=" + ring.index + " is running");
		if ((base & ~0xffff) != 0 && !vrings.isPacked())
			throw new RefusedException("base=" + Integer.toUnsignedString(base) + ", allowed: 0 to 65535");
		ring.base = base & 0xffff;
		return Reply.ACK;
	}

	/** GET_VRING_BASE: stops the ring, at once, wherever a slow port has left it. */
	Reply getBase(Message message) throws RefusedException {
		var ring = vrings.ring(message.u32(0));
		vrings.stop(ring);
		ring.started = false;
		vrings.closeKick(ring);
		int next = vrings.baseOf(ring);
		return Reply.vringState(ring.index, vrings.isPacked() ? next | next << 16 : next);
	}

	Reply setKick(Message message) throws RefusedException {
		var ring = descriptorRing(message);
		if (message.descriptors() == 0)
			throw new RefusedException("ring=" + ring.index + " without a kick descriptor: rings are not polled");
		vrings.closeKick(ring);
		int kick = message.take(0);
		try {
			loop.watch(kick, events -> device.kick(ring.index));
		} catch (IOException e) {
			Linux.close(kick);
			throw new RefusedException("kick descriptor: " + e.getMessage());
		}
		vrings.kickCame(ring, kick);
		ring.started = true;
		return vrings.update(ring);
	}

	Reply setCall(Message message) throws RefusedException {
		var ring = descriptorRing(message);
		checkRoom(message);
		Vrings.close(ring.call);
		ring.call = message.descriptors() == 0 ? -1 : message.takeNonBlocking(0);
		if (ring.running)
			vrings.call(ring.index); // what was due while there was no descriptor, or went to the old one
		return Reply.ACK;
	}

	Reply setErr(Message message) throws RefusedException {
		var ring = descriptorRing(message);
		checkRoom(message);
		Vrings.close(ring.err);
		ring.err = message.descriptors() == 0 ? -1 : message.takeNonBlocking(0);
		return Reply.ACK;
	}

	/** SET_VRING_ENABLE: index u32, 0 or 1. */
	Reply setEnable(Message message) throws RefusedException {
		var ring = vrings.ring(message.u32(0));
		if (message.u32(4) < 0 || message.u32(4) > 1)
			throw new RefusedException("enable=" + message.u32(4) + ", allowed: 0 and 1");
		ring.enabled = message.u32(4) == 1;
		return vrings.update(ring);
	}

	/** Of calls and errors, which come before the guest runs: then a monitor can still say why it does not start. */
	private void checkRoom(Message message) throws OutOfDescriptorsException {
		if (message.descriptors() > 0 && !Descriptors.areLeft(message.descriptor(0)))
			throw new OutOfDescriptorsException(Descriptors.shortage(device.queueCount()));
	}

	/** The ring of a message that carries a descriptor, or says in bit 8 that it carries none. */
	private Vring descriptorRing(Message message) throws RefusedException {
		int bits = message.u32(0);
		if ((bits & NO_DESCRIPTOR) != 0 != (message.descriptors() == 0))
			throw new RefusedException("payload=0x" + Integer.toHexString(bits) + " with descriptors="
					+ message.descriptors());
		var ring = vrings.ring(bits & 0xff);
		vrings.give(ring);
		return ring;
	}
}
