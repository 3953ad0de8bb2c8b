package bus.itest;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;

import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.Converter;

/** The Gogo shell, a session for each command; what it answers, as the shell prints it, or else what it printed. */
final class Gogo {
	private Gogo() {
	}

	static String run(Operator operator, String command) throws Exception {
		return run(operator, command, InputStream.nullInputStream(), new ByteArrayOutputStream());
	}

	static String run(Operator operator, String command, InputStream keys, OutputStream shown) throws Exception {
		var processor = operator.service(CommandProcessor.class);
		try (var session = processor.createSession(keys, shown, shown)) {
			Object answer = session.execute(command);
			return answer == null ? shown.toString() : session.format(answer, Converter.INSPECT).toString();
		}
	}

	/** Somewhere in the text, however wide the columns are. */
	static void assertLine(String text, String... parts) {
		assertTrue(hasLine(text, parts), String.join(" ", parts) + " is not a line of\n" + text);
	}

	static boolean hasLine(String text, String... parts) {
		return text.lines().anyMatch(line -> String.join(" ", line.strip().split("\\s+"))
				.contains(String.join(" ", parts)));
	}
}
