package port.console.telnet;

/** The options that are spoken here; all others are refused. */
enum Option {
	/** Eight bits, and no meaning of CR. */
	BINARY(0, true, true),
	/** The guest echoes, the client must not. */
	ECHO(1, true, false),
	/** Key by key, both ways at once. */
	SUPPRESS_GO_AHEAD(3, true, true),
	/** The client tells its window's size. */
	NAWS(31, false, true);

	final byte code;
	/** Whether we offer to do it. */
	final boolean ours;
	/** Whether we ask the client to do it. */
	final boolean theirs;

	Option(int code, boolean ours, boolean theirs) {
		this.code = (byte) code;
		this.ours = ours;
		this.theirs = theirs;
	}

	/** Null if it is not spoken here. */
	static Option of(byte code) {
		for (var option : values())
			if (option.code == code)
				return option;
		return null;
	}

	int bit() {
		return 1 << ordinal();
	}
}
