package bus.app;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.SimpleFormatter;

import org.osgi.framework.Constants;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;

import bus.api.ConfigurationFile;

/**
 * Says in one line each which configurations came to nothing. Declarative Services would print a stack trace for a
 * component that fails, and nothing at all for a file of an unknown kind.
 *
 * <p>A component that has said so itself is not repeated: this listens to the log for its words.
 */
final class Refusals extends Handler {
	/** Enough for one line of each port of a large host: a file whose line is forgotten is waited for in vain. */
	private static final int REMEMBERED = 8192;
	private static final String CAUSED_BY = "Caused by: ";
	private static final String NOT_A_NUMBER = "For input string: \"";

	private final System.Logger log = System.getLogger("vport");
	private final Deque<String> said = new ArrayDeque<>();
	private Set<String> reported = Set.of();

	/** Names what is newly wrong. A file that was corrected and broken again is named again. */
	void report(List<ConfigFile> files, Survey survey) {
		var wrong = new HashSet<String>();
		for (var file : files)
			if (!survey.knows(file))
				tell(wrong, file.name() + ": unknown kind " + file.pid() + "; known kinds: "
						+ String.join(", ", survey.kinds()));
		survey.components().forEach((component, configurations) -> {
			for (var made : configurations)
				if (made.state == ComponentConfigurationDTO.FAILED_ACTIVATION)
					tell(wrong, source(made, component.name) + ": " + reason(made));
		});
		reported = Set.copyOf(wrong);
	}

	/** Whether something was said about a file, by a component that goes on without it for instance. */
	boolean toldOf(String file) {
		synchronized (said) {
			return said.stream().anyMatch(line -> line.startsWith(file + ": "));
		}
	}

	private void tell(Set<String> wrong, String line) {
		wrong.add(line);
		if (!reported.contains(line) && !saidBefore(line.substring(line.indexOf(": ") + 2)))
			log.log(System.Logger.Level.ERROR, line);
	}

	private static String source(ComponentConfigurationDTO made, String component) {
		return ConfigurationFile.name(made.properties,
				made.properties.get(Constants.SERVICE_PID) instanceof String pid ? pid.replaceFirst("~", "-") : component);
	}

	/** The message of the first cause, out of the stack trace that is all Declarative Services keeps. */
	static String reason(ComponentConfigurationDTO made) {
		var lines = made.failure == null ? List.<String>of() : made.failure.lines().toList();
		var cause = lines.stream().filter(line -> line.startsWith(CAUSED_BY)).reduce((first, last) -> last)
				.map(line -> line.substring(CAUSED_BY.length())).orElse(lines.isEmpty() ? "failed" : lines.getFirst());
		var message = cause.replaceFirst("^([\\w.$]+(Exception|Error): )+", "");
		if (!message.startsWith(NOT_A_NUMBER))
			return message;
		var value = message.substring(NOT_A_NUMBER.length(), message.indexOf('"', NOT_A_NUMBER.length()));
		return made.properties.entrySet().stream().filter(option -> value.equals(option.getValue())).findFirst()
				.map(option -> option.getKey() + "=" + value + ": must be a whole number").orElse(message);
	}

	private boolean saidBefore(String reason) {
		synchronized (said) {
			return said.stream().anyMatch(line -> line.contains(reason));
		}
	}

	@Override
	public void publish(LogRecord record) {
		if (record.getLevel().intValue() < Level.WARNING.intValue())
			return;
		var thrown = record.getThrown() == null ? "" : " " + record.getThrown().getMessage();
		synchronized (said) {
			said.addLast(new SimpleFormatter().formatMessage(record) + thrown);
			if (said.size() > REMEMBERED)
				said.removeFirst();
		}
	}

	@Override
	public void flush() {
	}

	@Override
	public void close() {
	}
}
