package bus.api;

/** What the comment of an SPI method must speak of: the start of an item in its list. */
enum Point {
	THREAD("Thread"),
	BLOCKING("Blocking"),
	BUFFERS("Buffers"),
	RETURN("Return"),
	EXCEPTION("Exception");

	private final String label;

	Point(String label) {
		this.label = label;
	}

	String label() {
		return label;
	}

	/** Whether an item's text begins with it; one buffer is named in the singular. */
	boolean begins(String item) {
		return item.startsWith(label + ":") || this == BUFFERS && item.startsWith("Buffer:");
	}
}
