package bus.itest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What a page tells its reader to do, block by block. The words behind the three ticks say what a block is:
 * <ul>
 * <li>{@code sh}: commands, each of which must succeed;
 * <li>{@code sh NAME}: lines to be typed in the terminal of that name, whose first line starts it;
 * <li>{@code text}: what the commands before print, {@code ...} for any lines; or lines that come to see in the terminal
 * before, in this order;
 * <li>{@code text NAME}: lines that come to see in the terminal of that name;
 * <li>{@code java FILE}: a file to write.
 * </ul>
 *
 * @param blocks in the page's order
 */
record Tutorial(List<Block> blocks) {
	private static final Pattern BLOCK = Pattern.compile("^```(\\w+)(?: (\\S+))?\\n(.*?)^```$",
			Pattern.MULTILINE | Pattern.DOTALL);

	/**
	 * A block.
	 *
	 * @param argument the second word; empty if there is none
	 * @param line where it is in the page
	 */
	record Block(String kind, String argument, String text, int line) {

		List<String> lines() {
			return text.lines().toList();
		}
	}

	static Tutorial of(Path page) throws IOException {
		String text = Files.readString(page);
		var blocks = new ArrayList<Block>();
		var matcher = BLOCK.matcher(text);
		while (matcher.find())
			blocks.add(new Block(matcher.group(1), matcher.group(2) == null ? "" : matcher.group(2), matcher.group(3),
					(int) text.substring(0, matcher.start()).lines().count() + 1));
		return new Tutorial(blocks);
	}
}
