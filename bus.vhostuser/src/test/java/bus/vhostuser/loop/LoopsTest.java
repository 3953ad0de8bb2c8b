package bus.vhostuser.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import bus.core.console.Loop;
import bus.linux.Linux;
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
	void tick_askedForTwice_comesOnce_withNothingElseToWakeTheLoop() throws Exception {
		var seat = sit(true);
		var ticks = new AtomicInteger();
		var third = new CountDownLatch(3);
		seat.tick(() -> {
			ticks.incrementAndGet();
			third.countDown();
			if (ticks.get() < 3)
				seat.requestTick();
		});
		seat.post(() -> {
			seat.requestTick();
			seat.requestTick();
		});
		await(third);
		var settled = new CountDownLatch(1);
		seat.post(settled::countDown);
		await(settled);
		assertEquals(3, ticks.get());
	}

	@Test
	void tick_thatThrows_doesNotStopTheClockOfOthers() throws Exception {
		var seat = sit(true);
		var again = new CountDownLatch(2);
		seat.tick(() -> {
			again.countDown();
			throw new IllegalStateException("meant to be logged");
		});
		seat.post(seat::requestTick);
		while (again.getCount() > 1)
			Thread.onSpinWait();
		seat.post(seat::requestTick);
		await(again);
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
				var stale = new EventCounter();
				var counter = new EventCounter();
				counters.addAll(List.of(stale, counter));
				int first = highNumber(stale);
				seat.watch(first, events -> {
				});
				Linux.close(first);
				assertEquals(first, highNumber(counter));
				seat.watch(first, events -> rung.countDown());
				counter.ring();
			} catch (IOException | AssertionError e) {
				failed.countDown();
			}
		});
		await(rung);
		assertEquals(1, failed.getCount());
	}

	/** A second descriptor of a counter, with a number that nobody else gets meanwhile. */
	private static int highNumber(EventCounter counter) {
		int duplicateCloseOnExec = 1030;
		return (int) Linux.fcntl(counter.descriptor(), duplicateCloseOnExec, 900);
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

	/** The thread may be anywhere in port code when its seat goes: also asking for a step of the bus. */
	@Test
	void seatOfAPortThatNeverReturns_goesToAnotherThread_andTheOldOneTouchesNothing() throws Exception {
		sit(true);
		var stuck = seats.getFirst();
		var rung = watch(stuck);
		var before = stuck.loop();
		var entered = new CountDownLatch(1);
		var release = new CountDownLatch(1);
		var blocked = new CountDownLatch(1);
		var threads = new ConcurrentLinkedQueue<Thread>();
		stuck.post(() -> {
			stuck.blocked(blocked::countDown);
			stuck.enterPort();
			stuck.run(() -> {
				threads.add(Thread.currentThread());
				stuck.enterPort(); // the step calls port code, which is what blocks
				entered.countDown();
				awaitQuietly(release);
				stuck.run(() -> threads.add(Thread.currentThread()));
				stuck.leavePort();
				threads.add(Thread.currentThread());
			});
			stuck.leavePort();
			threads.add(Thread.currentThread());
		});
		await(entered);
		await(blocked);
		assertNotSame(before, stuck.loop());
		rung.set(0);
		counters.forEach(EventCounter::ring);
		awaitRung(rung);
		release.countDown();
		while (threads.size() < 2)
			Thread.onSpinWait();
		threads.peek().join();
		assertEquals(2, threads.size());
		assertEquals(2, threads.stream().distinct().count(), "the step was for the new thread");
	}

	@Test
	void tickThatWasDue_whenItsLoopGotStuck_comesAtTheNewOne() throws Exception {
		var seat = sit(true);
		var before = seat.loop();
		var ticked = new CountDownLatch(1);
		var release = new CountDownLatch(1);
		seat.tick(ticked::countDown);
		seat.post(() -> {
			seat.requestTick();
			seat.enterPort();
			awaitQuietly(release);
			seat.leavePort();
		});
		await(ticked);
		assertNotSame(before, seat.loop());
		release.countDown();
	}

	@Test
	void turnThatWasDue_whenItsLoopGotStuck_isTakenAtTheNewOne() throws Exception {
		int count = 2 * Math.min(Runtime.getRuntime().availableProcessors(), 4);
		for (int i = 0; i < count; i++)
			sit(false);
		var stuck = seats.getFirst();
		var neighbour = seats.stream().filter(seat -> seat != stuck && seat.loop() == stuck.loop()).findFirst()
				.orElseThrow();
		var turned = new CountDownLatch(1);
		var release = new CountDownLatch(1);
		stuck.post(() -> {
			neighbour.turn(scratch -> {
				turned.countDown();
				return false;
			});
			neighbour.requestTurn();
			stuck.enterPort();
			awaitQuietly(release);
			stuck.leavePort();
		});
		await(turned);
		release.countDown();
	}

	/** A chain that comes when the seat has another loop: no kick will tell of it. */
	@Test
	void sight_ofASeatThatIsMovedWhileItIsLookedAt_isLookedAtThere() throws Exception {
		int count = 2 * Math.min(Runtime.getRuntime().availableProcessors(), 4);
		for (int i = 0; i < count; i++)
			sit(false);
		var stuck = seats.getFirst();
		var before = stuck.loop();
		var neighbour = seats.stream().filter(seat -> seat != stuck && seat.loop() == before).findFirst().orElseThrow();
		var sight = new OpenSight();
		var entered = new CountDownLatch(1);
		var release = new CountDownLatch(1);
		neighbour.post(() -> {
			neighbour.look(sight, new Polling(1000, 100));
			neighbour.requestTurn();
		});
		BooleanSupplier looking = () -> sight.looker != null;
		await(looking);
		stuck.post(() -> {
			stuck.enterPort();
			entered.countDown();
			awaitQuietly(release);
			stuck.leavePort();
		});
		await(entered);
		await(() -> neighbour.loop() != before && sight.looker == neighbour.loop());
		release.countDown();
		var settled = new CountDownLatch(1);
		stuck.post(settled::countDown);
		await(settled);
		sight.looker = null;
		neighbour.post(neighbour::requestTurn);
		await(looking);
		assertSame(neighbour.loop(), sight.looker, "its old loop still looks at it");
		sight.open = false;
	}

	/** Always has something that may come. */
	private static final class OpenSight implements Loop.Sight {
		volatile DeviceLoop looker;
		volatile boolean open = true;

		@Override
		public boolean isOpen() {
			return open;
		}

		@Override
		public boolean look() {
			looker = DeviceLoop.current();
			return false;
		}

		@Override
		public boolean rest() {
			return false;
		}
	}

	private static void await(BooleanSupplier condition) {
		long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
		while (!condition.getAsBoolean()) {
			assertTrue(System.nanoTime() < deadline, "waited too long");
			Thread.onSpinWait();
		}
	}

	@Test
	void entryTable_tokenOfAnEndedWatch_findsNothing() {
		var table = new EntryTable();
		var first = new DeviceLoop.Entry(null, 7, null, DeviceLoop.WATCHED);
		long token = table.add(first);
		table.remove(first);
		var second = new DeviceLoop.Entry(null, 7, null, DeviceLoop.WATCHED);
		long next = table.add(second);
		assertNull(table.get(token));
		assertSame(second, table.get(next));
		assertNull(table.get(EntryTable.WAKE_UP));
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
		await(() -> rung.get() > 0);
	}
}
