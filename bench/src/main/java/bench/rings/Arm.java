package bench.rings;

/** A contestant; its number is its place among those that take turns in a fork. */
enum Arm {
	VPORT("vport"),
	C("C"),
	/** The driver without a device: what of the others' time is not theirs. */
	DRIVER("driver alone"),
	MEMCPY("memcpy");

	private final String word;

	Arm(String word) {
		this.word = word;
	}

	/** As {@link bench.Figure} has it. */
	@Override
	public String toString() {
		return word;
	}
}
