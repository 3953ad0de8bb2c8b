package bus.vhostuser;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

import bus.linux.Linux;
import guest.driver.Message;
import guest.driver.MessageChannel;
import guest.driver.Request;

/** Sends what no sane front-end sends, and checks the answers to the byte. */
record Wire(MessageChannel channel) {
	static final int ORDER = Message.VERSION | Message.NEED_REPLY;

	static byte[] u32s(int... values) {
		var bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
		for (int value : values)
			bytes.putInt(value);
		return bytes.array();
	}

	static byte[] u64s(long... values) {
		var bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
		for (long value : values)
			bytes.putLong(value);
		return bytes.array();
	}

	/** A file whose open descriptors can be told from all others. */
	static int probe(String name, long size) {
		int descriptor = (int) Linux.memfd_create(name);
		Linux.ftruncate(descriptor, size);
		return descriptor;
	}

	/** Open descriptors of this process, test and bus alike, on the file of {@link #probe}. */
	static long openDescriptors(String name) {
		try (var all = Files.list(Path.of("/proc/self/fd"))) {
			return all.filter(link -> target(link).startsWith("/memfd:" + name + " ")).count();
		} catch (IOException e) {
			throw new AssertionError(e);
		}
	}

	/** Open descriptors of this process on the same file as one of them. */
	static long openDescriptorsOn(int descriptor) {
		var file = target(Path.of("/proc/self/fd/" + descriptor));
		try (var all = Files.list(Path.of("/proc/self/fd"))) {
			return all.filter(link -> target(link).equals(file)).count();
		} catch (IOException e) {
			throw new AssertionError(e);
		}
	}

	/** Mappings of the file of {@link #probe} in this process. */
	static long mappings(String name) {
		try (var all = Files.lines(Path.of("/proc/self/maps"))) {
			return all.filter(line -> line.contains("/memfd:" + name + " ")).count();
		} catch (IOException e) {
			throw new AssertionError(e);
		}
	}

	private static String target(Path link) {
		try {
			return Files.readSymbolicLink(link).toString();
		} catch (IOException e) {
			return "closed meanwhile";
		}
	}

	void send(int request, int flags, byte[] payload, int... descriptors) throws IOException {
		channel.send(new Message(request, flags, payload, descriptors), BusFixture.PATIENCE);
	}

	/** The answer to a request, which must have the right header. */
	byte[] ask(Request request, byte[] payload, int... descriptors) throws IOException {
		send(request.id(), Message.VERSION, payload, descriptors);
		return answer(request.id());
	}

	private byte[] answer(int request) throws IOException {
		var answer = channel.receive(BusFixture.PATIENCE);
		assertNotNull(answer, "no answer");
		assertEquals(request, answer.request());
		assertEquals(5, answer.flags());
		assertEquals(0, answer.descriptors().length);
		return answer.payload();
	}

	/** What a request that wants to be acknowledged is answered: 0 is yes. */
	long order(int request, byte[] payload, int... descriptors) throws IOException {
		send(request, ORDER, payload, descriptors);
		return ByteBuffer.wrap(answer(request)).order(ByteOrder.LITTLE_ENDIAN).getLong();
	}

	void assertRefused(Request request, byte[] payload, int... descriptors) throws IOException {
		assertEquals(1, order(request.id(), payload, descriptors), request + " was not refused");
	}

	void assertDone(Request request, byte[] payload, int... descriptors) throws IOException {
		assertEquals(0, order(request.id(), payload, descriptors), request + " was refused");
	}

	/** The connection lives, and no answer is under way. */
	void assertInStep() throws IOException {
		assertArrayEquals(u64s(8), ask(Request.GET_QUEUE_NUM, new byte[0]));
	}

	void assertClosed() {
		assertThrows(EOFException.class, () -> channel.receive(BusFixture.PATIENCE));
	}
}
