package guest.driver;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import bus.linux.Linux;

/**
 * The memory in which a back-end notes what it has begun, kept by the front-end for the back-end that comes after it.
 *
 * @param description what GET_INFLIGHT_FD has answered and SET_INFLIGHT_FD repeats: size u64, offset u64, queues u16,
 *        descriptors of each u16, and padding as C has it
 * @param descriptor of the file; this record's
 */
record InflightMemory(byte[] description, int descriptor) implements AutoCloseable {
	private static final int SIZE = 24;

	static InflightMemory ask(Exchange exchange, int queues, int queueSize) throws IOException {
		var wanted = ByteBuffer.allocate(SIZE).order(ByteOrder.LITTLE_ENDIAN).putShort(16, (short) queues)
				.putShort(18, (short) queueSize).array();
		var answer = exchange.askForDescriptor(Request.GET_INFLIGHT_FD, wanted);
		return new InflightMemory(answer.payload(), answer.descriptors()[0]);
	}

	void share(Exchange exchange) throws IOException {
		exchange.order(Request.SET_INFLIGHT_FD, description, descriptor);
	}

	@Override
	public void close() {
		Linux.close(descriptor);
	}
}
