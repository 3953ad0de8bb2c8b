package bus.vhostuser.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import guest.driver.EventCounter;

/** Tasks, turns and watches reach their seat, whatever the neighbours do. */
@Timeout(60)
class LoopsTest {
	private final Loops loops = new Loops();
	private final List<Seat> seats = new ArrayList<>();
	private final List<EventCounter> counters = new ArrayList<>();

	@AfterEach
	void close() {
		for (var seat : seats)
			loops.leave(seat, () -> {
			});
		loops.end();
		counters.forEach(EventCounter::close);
	}

	private Seat sit(boolean own) throws IOException {
		var seat = loops.sit("vm" + seats.size(), own);
		seats.add(seat);
		return seat;
	}

	private static void await(CountDownLatch latch) throws InterruptedException {
		assertTrue(latch.await(20, TimeUnit.SECONDS), "waited too long");
	}

	@Test
	void task_afterOneThatThrows_stillRuns() throws Exception {
		var seat = sit(true);
		var both = new CountDownLatch(1);
		var ran = new CountDownLatch(1);
		seat.post(() -> {
			awaitQuietly(both);
			throw new IllegalStateException("meant to be logged");
		});
		seat.post(ran::countDown);
		both.countDown();
		await(ran);
	}

	@Test
	void leave_afterATaskThatThrows_runsTheLastTask() throws Exception {
		var seat = loops.sit("vm", true);
		var both = new CountDownLatch(1);
		var last = new AtomicBoolean();
		seat.post(() -> {
			seat.post(() -> {
				throw new IllegalStateException("meant to be logged");
			});
			awaitQuietly(both);
		});
		var leaving = new Thread(() -> loops.leave(seat, () -> last.set(true)));
		leaving.start();
		both.countDown();
		leaving.join();
		assertTrue(last.get());
	}

	@Test
	void task_thatPostsItselfAgain_leavesTheLoopToOthers() throws Exception {
		var seat = sit(true);
		var turned = new CountDownLatch(1);
		var posts = new Runnable() {
			@Override
			public void run() {
				if (turned.getCount() > 0)
					seat.post(this);
			}
		};
		seat.turn(scratch -> {
			turned.countDown();
			return false;
		});
		seat.post(() -> {
			seat.requestTurn();
			posts.run();
		});
		await(turned);
	}

	@Test
	void turn_thatThrows_isTakenAgain() throws Exception {
		var seat = sit(true);
		var turns = new AtomicInteger();
		var second = new CountDownLatch(1);
		seat.turn(scratch -> {
			if (turns.incrementAndGet() == 1)
				throw new InternalError("meant to be logged");
			second.countDown();
			return false;
		});
		seat.post(seat::requestTurn);
		await(second);
	}

	@Test
	void post_afterLeave_saysSo() throws Exception {
		var seat = loops.sit("vm", false);
		loops.leave(seat, () -> {
		});
		assertFalse(seat.post(() -> {
		}));
		loops.leave(seat, () -> { // a second time: returns at once
		});
	}

	@Test
	void descriptorClosedWithoutUnwatch_itsNumberCanBeWatchedAgain() throws Exception {
		var seat = sit(true);
		var rung = new CountDownLatch(1);
		var failed = new CountDownLatch(1);
		seat.post(() -> {
			try {
				var first = new EventCounter();
				seat.watch(first.descriptor(), events -> {
				});
				first.close();
				var second = new EventCounter(); // the kernel gives the lowest free number
				counters.add(second);
				assertEquals(first.descriptor(), second.descriptor());
				seat.watch(second.descriptor(), events -> rung.countDown());
				second.ring();
			} catch (IOException | AssertionError e) {
				failed.countDown();
			}
		});
		await(rung);
		assertEquals(1, failed.getCount());
	}

	private static void awaitQuietly(CountDownLatch latch) {
		try {
			latch.await();
		} catch (InterruptedException e) {
			Thread.currentThread().interrupt();
		}
	}

	/** As many seats as fill all shared loops thrice; those beside the stuck one have many watches to be moved. */
	@Test
	void neighboursOfAStuckSeat_keepAllTheirWatches_andItKeepsItsOwn() throws Exception {
		int count = 3 * Math.min(Runtime.getRuntime().availableProcessors(), 4);
		for (int i = 0; i < count; i++)
			sit(false);
		int watches = 200;
		var rings = new ArrayList<AtomicInteger>();
		for (var seat : seats)
			for (int i = 0; i < watches; i++)
				rings.add(watch(seat));
		var stuck = seats.getFirst();
		var before = stuck.loop();
		var entered = new CountDownLatch(1);
		var release = new CountDownLatch(1);
		var late = new AtomicInteger();
		stuck.post(() -> {
			stuck.enterPort();
			entered.countDown();
			awaitQuietly(release);
			watchNow(stuck, late); // what port code does when it wakes up
			stuck.leavePort();
		});
		await(entered);
		var neighbours = seats.stream().filter(seat -> seat != stuck && seat.loop() == before).toList();
		assertFalse(neighbours.isEmpty());
		for (var seat : neighbours) {
			var ran = new CountDownLatch(1);
			seat.post(ran::countDown);
			await(ran);
			assertNotSame(before, seat.loop());
		}
		release.countDown();
		var settled = new CountDownLatch(1);
		stuck.post(settled::countDown);
		await(settled);
		rings.add(late);
		rings.forEach(rung -> rung.set(0));
		counters.forEach(EventCounter::ring);
		for (var rung : rings)
			awaitRung(rung);
	}

	private AtomicInteger watch(Seat seat) throws Exception {
		var rung = new AtomicInteger();
		var done = new CountDownLatch(1);
		seat.post(() -> {
			watchNow(seat, rung);
			done.countDown();
		});
		await(done);
		return rung;
	}

	private void watchNow(Seat seat, AtomicInteger rung) {
		try {
			var counter = new EventCounter();
			counters.add(counter);
			seat.watch(counter.descriptor(), events -> rung.incrementAndGet());
		} catch (IOException e) {
			throw new IllegalStateException(e);
		}
	}

	private static void awaitRung(AtomicInteger rung) {
		long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
		while (rung.get() == 0) {
			assertTrue(System.nanoTime() < deadline, "a watch was lost");
			Thread.onSpinWait();
		}
	}
}
