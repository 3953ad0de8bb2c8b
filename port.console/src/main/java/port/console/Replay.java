package port.console;

/** The words around what is shown again. */
final class Replay {
	static final String END = "end of what was said before";

	private Replay() {
	}

	static String before(long bytes) {
		return "the last " + bytes + " bytes that were said before";
	}
}
