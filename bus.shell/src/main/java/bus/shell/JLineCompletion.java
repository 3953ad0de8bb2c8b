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

/** The same in JLine's words; loaded where JLine is. */
final class JLineCompletion {
	/** gogo.jline's: the line that is being completed. */
	private static final String LINE = ".commandLine";
	private static final String SCOPE = "vport:";
	private static final List<Class<?>> COMMANDS = List.of(LookCommands.class, ConfigureCommands.class,
			HyphenatedCommands.class, HostSideCommands.class, AttachCommand.class, StatCommand.class, TraceCommand.class,
			LogCommand.class);

	private JLineCompletion() {
	}

	static boolean isIn(Map<?, ?> known) {
		return known.containsKey(SCOPE + "list");
	}

	@SuppressWarnings("unchecked") // gogo.jline's own type for it
	static void add(CommandSession session, Map<?, ?> known, Candidates candidates) {
		session.put(Completions.FUNCTION, (Function) (caller, arguments) -> candidates(caller, candidates));
		((Map<String, List<CompletionData>>) known).putAll(all());
	}

	static void remove(CommandSession session, Map<?, ?> known) {
		session.put(Completions.FUNCTION, null);
		all().keySet().forEach(known::remove);
	}

	private static Map<String, List<CompletionData>> all() {
		var all = new LinkedHashMap<String, List<CompletionData>>();
		for (var commands : COMMANDS)
			for (var method : commands.getMethods())
				if (method.isAnnotationPresent(Descriptor.class))
					all.put(SCOPE + Hyphens.hyphenated(method.getName()), of(method));
		return all;
	}

	private static List<CompletionData> of(Method command) {
		var data = new ArrayList<CompletionData>();
		String about = command.getAnnotation(Descriptor.class).value();
		data.add(new CompletionData(null, about.lines().findFirst().orElse(""), null, null));
		data.add(new CompletionData(null, null, Completions.FUNCTION, null));
		for (var parameter : command.getParameters()) {
			var option = parameter.getAnnotation(Parameter.class);
			if (option != null)
				data.add(new CompletionData(List.of(option.names()), parameter.getAnnotation(Descriptor.class).value(), null,
						null));
		}
		return data;
	}

	/** Options count for nothing, wherever they stand. */
	private static List<Candidate> candidates(CommandSession session, Candidates candidates) {
		var line = (ParsedLine) session.get(LINE);
		var words = new ArrayList<>(line.words());
		long options = words.subList(0, line.wordIndex()).stream().filter(it -> it.startsWith("-")).count();
		int place = line.wordIndex() - (int) options;
		words.removeIf(word -> word.startsWith("-"));
		return candidates.at(words, place).stream().map(JLineCompletion::candidate).toList();
	}

	private static Candidate candidate(Candidates.Word word) {
		String about = word.about().isEmpty() ? null : word.about();
		return new Candidate(word.text(), word.text(), null, about, null, null, word.whole());
	}
}
