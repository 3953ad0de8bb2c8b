package bus.shell.command;

/** An answer that scripts read field by field, and that people see as a table. {@link Printer} tells Gogo. */
public interface Shown {

	/** For the terminal and for pipes: 80 columns, no line feed at the end. */
	String table();

	/** The same within a list of something else, in one line: itself, if it is no longer than that. */
	default String line() {
		return table();
	}
}
