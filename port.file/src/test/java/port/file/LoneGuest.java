package port.file;

import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;

import bus.api.GuestPort;
import bus.linux.Linux;

/** A guest's half without a bus behind it; keeps what a port leaves to the next instance. */
final class LoneGuest implements AutoCloseable {
	private final Semaphore room = new Semaphore(0);
	private final Semaphore ready = new Semaphore(0);
	private final Map<String, Integer> kept = new HashMap<>();

	GuestPort port() {
		return (GuestPort) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] { GuestPort.class },
				(proxy, method, arguments) -> {
					switch (method.getName()) {
						case "writable" -> room.release();
						case "readable" -> ready.release();
						case "keep" -> kept.put((String) arguments[0], (Integer) arguments[1]);
						case "kept" -> {
							var descriptor = kept.remove(arguments[0]);
							return descriptor == null ? -1 : descriptor;
						}
						default -> {
						}
					}
					return null;
				});
	}

	/** Writes all of it, as a guest that waits when it must. */
	void write(FilePort port, ByteBuffer data) throws InterruptedException {
		while (data.hasRemaining()) {
			int taken = port.guestData(data.duplicate());
			data.position(data.position() + taken);
			if (data.hasRemaining())
				room.acquire();
		}
	}

	/** Writes as much as is taken now. */
	int writeNow(FilePort port, byte[] data, int from) {
		return port.guestData(ByteBuffer.wrap(data, from, data.length - from));
	}

	/** Waits until there is something, and reads. */
	void read(FilePort port, ByteBuffer target) throws InterruptedException {
		while (target.hasRemaining())
			if (port.hostData(target) == 0)
				ready.acquire();
	}

	/** As the bus does with what no instance has asked for. */
	void forgetKept() {
		kept.values().forEach(Linux::close);
		kept.clear();
	}

	@Override
	public void close() {
		forgetKept();
	}
}
