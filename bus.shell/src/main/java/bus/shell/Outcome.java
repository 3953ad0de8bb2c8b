package bus.shell;

import bus.shell.command.Shown;

/**
 * What has come of a change, as scripts read it and in one line.
 *
 * @param label what the user calls the port or bus
 * @param state where it stands now, or {@code unplugged}, {@code removed}, {@code unchanged}
 * @param text the line
 */
public record Outcome(String label, String state, String text) implements Shown {

	@Override
	public String table() {
		return text;
	}
}
