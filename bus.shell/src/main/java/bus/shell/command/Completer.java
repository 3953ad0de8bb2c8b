package bus.shell.command;

import java.util.List;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * A service of a bundle with commands: what TAB offers for them. Its service property {@code osgi.command.scope} is the
 * commands' scope.
 */
@ConsumerType
public interface Completer {

	/**
	 * A word.
	 *
	 * @param text the word
	 * @param about what to show beside it; may be empty
	 * @param whole whether a space follows; not so behind {@code key=}
	 */
	record Word(String text, String about, boolean whole) {
	}

	/** The classes with the commands: public methods with a {@code @Descriptor}, whose options are offered too. */
	List<Class<?>> commands();

	/**
	 * Answers what may stand at a place of a command line, from what there is at this moment.
	 *
	 * @param words the command line, the command first, without its options
	 * @param place of the word in question; 1 is the first behind the command
	 */
	List<Word> at(List<String> words, int place);
}
