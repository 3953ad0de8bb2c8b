package bus.core.console;

import java.util.concurrent.TimeUnit;

/** The thread that owns a device, as the device sees it: implemented by the transport. */
public interface Loop {

	/** A port that kept its loop so long is closed: every other port of the bus stood still meanwhile. */
	long BLOCKED_NANOS = TimeUnit.SECONDS.toNanos(2);

	/** Of the clock for queues whose drivers do not kick for each chain: what waits for it waits for two at most. */
	int TICK_MILLIS = 1;

	/** What is called when a watched descriptor changes. */
	interface Watch {
		/**
		 * @param events a union of the constants of {@code bus.linux.Epoll}
		 */
		void ready(int events);
	}

	/** What changes without an event: a ring in the guest's memory. Loop thread, as it is without a system call. */
	interface Sight {
		/** Whether there is something to look at. */
		boolean isOpen();

		/**
		 * Looks once.
		 *
		 * @return whether something was found, for which a turn was then requested
		 */
		boolean look();

		/**
		 * Nobody will look for a while: events are to be sent from now on. Afterwards there is nothing to look at.
		 *
		 * @return as {@link #look}, of what had come before events were asked for
		 */
		boolean rest();
	}

	/** Whether the caller is the loop thread of this device. */
	boolean isCurrent();

	/**
	 * Runs a task on the loop thread. Any thread; the queue is bounded, and a thread that is not a loop waits when it is
	 * full.
	 *
	 * @return false if the device's time is over: the task will never run
	 * @throws IllegalStateException if the queue is full and the caller is a loop, which must not wait for another
	 */
	boolean post(Runnable task);

	/**
	 * Runs a step of the device: at once if the caller is its loop thread, also from within port code; otherwise as
	 * {@link #post}. In a port's call the step cannot be interrupted by the device being given to another thread.
	 *
	 * @return as {@link #post}
	 */
	boolean run(Runnable step);

	/** Asks for {@link ConsoleDevice#turn} soon. Loop thread. */
	void requestTurn();

	/** Asks for {@link ConsoleDevice#tick} once, in about {@link #TICK_MILLIS}. Loop thread. */
	void requestTick();

	/**
	 * Watches a descriptor for reading, writing and hang-up, edge-triggered. Loop thread.
	 *
	 * @throws java.io.IOException if the kernel refuses it
	 */
	void watch(int descriptor, Watch watch) throws java.io.IOException;

	/**
	 * As {@link #watch}, but for writing only while {@link #watchWriting} has it so: a peer that reads makes a socket
	 * writable again with each read, and who has nothing to write would be woken for nothing.
	 *
	 * @throws java.io.IOException if the kernel refuses it
	 */
	void watchReading(int descriptor, Watch watch) throws java.io.IOException;

	/**
	 * Watches a descriptor of {@link #watchReading} for writing, too, or no longer; what can be written to already is
	 * reported. Loop thread.
	 *
	 * @throws java.io.IOException if the kernel refuses it
	 */
	void watchWriting(int descriptor, boolean wanted) throws java.io.IOException;

	/** Ends a watch, before the descriptor is closed; no event of it is delivered any more. Loop thread. */
	void unwatch(int descriptor);

	/** Port code is about to run. Loop thread. */
	void enterPort();

	/**
	 * Port code has returned.
	 *
	 * @return nanoseconds it took; 0 if it was called by other port code, which is being timed
	 * @throws LoopLost if it took so long that the device has another loop thread by now, which has heard of it by
	 *         {@link ConsoleDevice#portBlocked}
	 */
	long leavePort();
}
