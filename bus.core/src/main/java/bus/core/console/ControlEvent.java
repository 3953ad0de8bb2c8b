package bus.core.console;

/** The control messages of section 5.3.6.2; the ordinal is the number on the wire. */
enum ControlEvent {
	/** Driver: it is ready (1) or failed (0); the id means nothing. */
	DEVICE_READY,
	/** Device: there is a port. */
	PORT_ADD,
	/** Device: the port is gone. */
	PORT_REMOVE,
	/** Driver: the port is ready (1) or could not be set up (0). */
	PORT_READY,
	/** Device: the port is a console. */
	CONSOLE_PORT,
	/** Device: the console's size, columns and rows follow. */
	RESIZE,
	/** Both: the port is open (1) or closed (0) at the sender's end. */
	PORT_OPEN,
	/** Device: the port's name follows. */
	PORT_NAME;

	private static final ControlEvent[] BY_NUMBER = values();

	/** The event with a number, or null if there is none. */
	static ControlEvent of(int number) {
		return number < BY_NUMBER.length ? BY_NUMBER[number] : null;
	}
}
