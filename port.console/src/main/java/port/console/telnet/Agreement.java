package port.console.telnet;

/**
 * Which options one of the two sides uses. What was asked for is remembered, and only a change is answered: two sides that
 * answer each other's answers would never end.
 */
final class Agreement {
	private final byte yes;
	private final byte no;
	/** Bits of {@link Option}. */
	private int on;
	/** Asked for, and not answered yet. */
	private int asked;

	/**
	 * @param yes the command that says or asks that the option be used
	 * @param no the command that says or asks that it be not
	 */
	Agreement(byte yes, byte no) {
		this.yes = yes;
		this.no = no;
	}

	boolean has(Option option) {
		return (on & option.bit()) != 0;
	}

	void ask(Option option, Telnet.Peer peer) {
		asked |= option.bit();
		peer.reply(Telnet.IAC, yes, option.code);
	}

	/** The client's word on an option that is spoken here, on this side. */
	void hears(Option option, boolean wanted, Telnet.Peer peer) {
		boolean due = (asked & option.bit()) != 0;
		boolean was = has(option);
		asked &= ~option.bit();
		on = wanted ? on | option.bit() : on & ~option.bit();
		if (!due && was != wanted)
			peer.reply(Telnet.IAC, wanted ? yes : no, option.code);
	}

	/** One that is not. */
	void refuse(byte code, Telnet.Peer peer) {
		peer.reply(Telnet.IAC, no, code);
	}

	int state() {
		return on | asked << 16;
	}

	void state(int kept) {
		on = kept & 0xffff;
		asked = kept >>> 16;
	}
}
