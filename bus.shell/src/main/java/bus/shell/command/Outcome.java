package bus.shell.command;

/**
 * What has come of a change, as scripts read it and in one line.
 *
 * @param label what the user calls it: a port, a bus, an agent
 * @param state where it stands now, or what has become of it, in a word
 * @param text the line
 */
public record Outcome(String label, String state, String text) implements Shown {

	@Override
	public String table() {
		return text;
	}
}
