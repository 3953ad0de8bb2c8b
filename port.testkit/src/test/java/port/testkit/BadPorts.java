package port.testkit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import bus.api.GuestPort;

/** Each breaks one rule. */
final class BadPorts {

	private BadPorts() {
	}

	static final class KeepsTheBuffer extends QueuePort {
		private final Deque<ByteBuffer> kept = new ArrayDeque<>();

		@Override
		public synchronized int guestData(ByteBuffer data) {
			if (kept.size() > 8)
				return 0;
			kept.add(data);
			return data.remaining();
		}

		@Override
		public synchronized int read(ByteBuffer target) {
			while (!kept.isEmpty() && !kept.peek().hasRemaining())
				kept.remove();
			if (kept.isEmpty())
				return 0;
			int count = Math.min(kept.peek().remaining(), target.remaining());
			target.put(kept.peek().slice(kept.peek().position(), count));
			kept.peek().position(kept.peek().position() + count);
			guest.writable();
			return count;
		}
	}

	static final class WritesLater extends QueuePort {
		private ByteBuffer last;

		@Override
		public int hostData(ByteBuffer room) {
			if (last != null)
				last.put(0, (byte) 1);
			last = room.slice();
			return super.hostData(room);
		}
	}

	static final class TakesEveryBufferForAnArray extends QueuePort {

		@Override
		public int guestData(ByteBuffer data) {
			return fromGuest.put(ByteBuffer.wrap(data.array(), data.arrayOffset() + data.position(), data.remaining()));
		}
	}

	static final class ForgetsTheArraysOffset extends QueuePort {

		@Override
		public int hostData(ByteBuffer room) {
			if (!room.hasArray())
				return super.hostData(room);
			return toGuest.take(ByteBuffer.wrap(room.array(), 0, room.remaining()));
		}
	}

	static final class AnswersMoreThanItTakes extends QueuePort {

		@Override
		public int guestData(ByteBuffer data) {
			int offered = data.remaining();
			super.guestData(data);
			return offered;
		}
	}

	/** Of the first bytes one, so that it is missed however fast the far end reads. */
	static final class LosesAByte extends QueuePort {
		private boolean lost;

		@Override
		public int guestData(ByteBuffer data) {
			if (lost)
				return super.guestData(data);
			lost = true;
			return super.guestData(data.slice(data.position(), data.remaining() - 1)) + 1;
		}
	}

	static final class AnswersLessThanItTakes extends QueuePort {

		@Override
		public int guestData(ByteBuffer data) {
			int taken = super.guestData(data);
			guest.writable();
			return taken / 2;
		}
	}

	static final class AnswersMoreThanThereIs extends QueuePort {

		@Override
		public int guestData(ByteBuffer data) {
			return data.remaining() + 1;
		}
	}

	static final class NeverWritable extends QueuePort {

		@Override
		public int read(ByteBuffer target) {
			return fromGuest.take(target);
		}
	}

	static final class NeverReadable extends QueuePort {

		@Override
		public int write(ByteBuffer source) {
			return toGuest.put(source);
		}
	}

	static final class NeverOpens extends QueuePort {

		@Override
		public void plugged(GuestPort half) {
			guest = half;
		}
	}

	static final class ClosesWithTheGuestForGood extends QueuePort {

		@Override
		public void guestClosed() {
			guest.close();
		}
	}

	static final class HasNoBound extends QueuePort {
		private final List<byte[]> all = new ArrayList<>();

		@Override
		public int guestData(ByteBuffer data) {
			var bytes = new byte[data.remaining()];
			data.get(bytes);
			all.add(bytes);
			return bytes.length;
		}

		@Override
		public int write(ByteBuffer source) {
			int count = source.remaining();
			all.add(new byte[count]);
			return count;
		}
	}

	static final class Throws extends QueuePort {

		@Override
		public int guestData(ByteBuffer data) {
			throw new IllegalStateException("the peer has gone");
		}
	}

	static final class ThrowsTheSecondTime extends QueuePort {
		private boolean closed;

		@Override
		public void guestClosed() {
			if (closed)
				throw new IllegalStateException("closed already");
			closed = true;
		}
	}

	static final class WantsOneDriverOnly extends QueuePort {
		private boolean ready;

		@Override
		public void guestReady() {
			if (ready)
				throw new IllegalStateException("a second driver");
			ready = true;
		}
	}

	static final class Blocks extends QueuePort {

		@Override
		public int guestData(ByteBuffer data) {
			LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2100));
			return super.guestData(data);
		}
	}

	static final class BlocksForEver extends QueuePort {

		@Override
		public int guestData(ByteBuffer data) {
			try {
				new CountDownLatch(1).await();
			} catch (InterruptedException e) {
				Thread.currentThread().interrupt();
			}
			return 0;
		}
	}

	static final class LeavesThreads extends QueuePort {

		@Override
		public void plugged(GuestPort half) throws Exception {
			super.plugged(half);
			Thread.ofPlatform().daemon().name("forgotten").start(LockSupport::park);
		}
	}

	static final class LeavesDescriptors extends QueuePort {
		private final List<FileChannel> open = new ArrayList<>();

		@Override
		public void plugged(GuestPort half) throws Exception {
			super.plugged(half);
			open.add(FileChannel.open(Path.of("/proc/self/status")));
			FORGOTTEN.addAll(open);
		}
	}

	/** Or the collector would close them. */
	private static final List<FileChannel> FORGOTTEN = new ArrayList<>();

	static final class NeverLeaves extends QueuePort {

		@Override
		public void unplugged() {
			try {
				new CountDownLatch(1).await();
			} catch (InterruptedException e) {
				Thread.currentThread().interrupt();
			}
		}
	}

	static final class WorksOnce extends QueuePort {
		private boolean used;

		@Override
		public void plugged(GuestPort half) throws Exception {
			if (used)
				throw new IOException("listen=x is in use; allowed: another address");
			used = true;
			super.plugged(half);
		}
	}

	static final class ServesOneFarEnd extends QueuePort {
		private volatile boolean left;

		@Override
		public int guestData(ByteBuffer data) {
			return left ? 0 : super.guestData(data);
		}

		@Override
		public void close() {
			left = true;
		}
	}

	static final class ItsThreadDies extends QueuePort {

		@Override
		public void guestOpened() {
			Thread.ofPlatform().name("worker").start(() -> {
				throw new IllegalStateException("no service there");
			});
		}
	}

	static final class RefusesWithAnError extends QueuePort {

		@Override
		public void plugged(GuestPort half) {
			throw new AssertionError("size=0");
		}
	}

	static final class RefusesWithoutWords extends QueuePort {

		@Override
		public void plugged(GuestPort half) {
			throw new IllegalArgumentException();
		}
	}

	static final class LeavesThreadsWhenRefusing extends QueuePort {

		@Override
		public void plugged(GuestPort half) {
			Thread.ofPlatform().daemon().name("forgotten").start(LockSupport::park);
			throw new IllegalArgumentException("size=0; allowed: 1 to 10");
		}
	}
}
