package bus.shell;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Function;
import org.apache.felix.service.command.Parameter;
import org.jline.builtins.Completers.CompletionData;
import org.jline.reader.Candidate;
import org.jline.reader.ParsedLine;

import bus.shell.Completions.Scope;
import bus.shell.command.Completer;
import bus.shell.command.MethodNames;

/** The same in JLine's words; loaded where JLine is. */
final class JLineCompletion {
	/** gogo.jline's: the line that is being completed. */
	private static final String LINE = ".commandLine";
	/** Ours, with the scope behind it: the function that answers what may stand at the cursor. */
	private static final String FUNCTION = "__";

	private JLineCompletion() {
	}

	static boolean isIn(CommandSession session, Scope scope) {
		return session.get(FUNCTION + scope.name()) != null;
	}

	@SuppressWarnings("unchecked") // gogo.jline's own type for it
	static void add(CommandSession session, Map<?, ?> known, Scope scope) {
		session.put(FUNCTION + scope.name(), (Function) (caller, arguments) -> candidates(caller, scope.completer()));
		((Map<String, List<CompletionData>>) known).putAll(all(scope));
	}

	static void remove(CommandSession session, Map<?, ?> known, Scope scope) {
		session.put(FUNCTION + scope.name(), null);
		all(scope).keySet().forEach(known::remove);
	}

	private static Map<String, List<CompletionData>> all(Scope scope) {
		var all = new LinkedHashMap<String, List<CompletionData>>();
		for (var commands : scope.completer().commands())
			for (var method : commands.getMethods())
				if (method.isAnnotationPresent(Descriptor.class))
					all.put(scope.name() + ":" + MethodNames.hyphenated(method.getName()), of(method, scope));
		return all;
	}

	private static List<CompletionData> of(Method command, Scope scope) {
		var data = new ArrayList<CompletionData>();
		String about = command.getAnnotation(Descriptor.class).value();
		data.add(new CompletionData(null, about.lines().findFirst().orElse(""), null, null));
		data.add(new CompletionData(null, null, FUNCTION + scope.name(), null));
		for (var parameter : command.getParameters()) {
			var option = parameter.getAnnotation(Parameter.class);
			if (option != null)
				data.add(new CompletionData(List.of(option.names()), parameter.getAnnotation(Descriptor.class).value(), null,
						null));
		}
		return data;
	}

	/** Options count for nothing, wherever they stand. */
	private static List<Candidate> candidates(CommandSession session, Completer completer) {
		var line = (ParsedLine) session.get(LINE);
		var words = new ArrayList<>(line.words());
		long options = words.subList(0, line.wordIndex()).stream().filter(it -> it.startsWith("-")).count();
		int place = line.wordIndex() - (int) options;
		words.removeIf(word -> word.startsWith("-"));
		return completer.at(words, place).stream().map(JLineCompletion::candidate).toList();
	}

	private static Candidate candidate(Completer.Word word) {
		String about = word.about().isEmpty() ? null : word.about();
		return new Candidate(word.text(), word.text(), null, about, null, null, word.whole());
	}
}
