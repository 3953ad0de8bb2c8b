package bus.itest;

/** Two that talk without a pause, on a thread of their own, until the test has heard enough. */
final class Rounds {
	private final String what;
	private final Background<Boolean> talk;
	private volatile long rounds;
	private volatile boolean ended;

	/** One goes to the other and back. */
	interface Round {
		/**
		 * @param number of rounds before this one
		 */
		void take(long number) throws Exception;
	}

	/** Begins. */
	Rounds(String what, Round round) {
		this.what = what;
		this.talk = Background.start(() -> talk(round));
	}

	private boolean talk(Round round) throws Exception {
		while (!ended) {
			round.take(rounds);
			rounds = rounds + 1;
		}
		return true;
	}

	/** Waits until more has gone to and fro, begun after this call. */
	void awaitMore() {
		long wanted = rounds + 2;
		Await.until("traffic on " + what, () -> rounds >= wanted || talk.isDone() && talk.join());
	}

	/** Ends it; fails the test if it had failed. */
	void end() {
		ended = true;
		talk.join();
	}
}
