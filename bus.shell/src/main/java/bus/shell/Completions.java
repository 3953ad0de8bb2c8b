package bus.shell;

import static org.osgi.service.component.annotations.ReferenceCardinality.MULTIPLE;
import static org.osgi.service.component.annotations.ReferencePolicy.DYNAMIC;

import java.lang.ref.WeakReference;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;

import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.CommandSessionListener;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

import bus.shell.command.Completer;

/**
 * Brings TAB completion to every session that has any. gogo.jline keeps, in a variable of its session, what can follow each
 * command; this adds to it when the session runs something, which its profile does before the first prompt. Without
 * gogo.jline there is no such variable, and JLine is not touched.
 */
@Component(service = CommandSessionListener.class)
public final class Completions implements CommandSessionListener {
	/** gogo.jline's: a map from a command to what may follow it. */
	private static final String COMPLETIONS = ".completions";

	private final List<Scope> scopes = new CopyOnWriteArrayList<>();
	private final List<WeakReference<CommandSession>> served = new CopyOnWriteArrayList<>();

	/** The commands of one completer. */
	record Scope(String name, Completer completer) {
	}

	@Reference(cardinality = MULTIPLE, policy = DYNAMIC)
	void bind(Completer completer, Map<String, Object> properties) {
		scopes.add(new Scope(String.valueOf(properties.get("osgi.command.scope")), completer));
	}

	/** Sessions live on: what they keep of a bundle would keep the bundle. */
	void unbind(Completer completer) {
		for (var scope : scopes)
			if (scope.completer() == completer && scopes.remove(scope))
				inSessions((session, known) -> JLineCompletion.remove(session, known, scope));
	}

	@Override
	public void beforeExecute(CommandSession session, CharSequence line) {
		if (!(session.get(COMPLETIONS) instanceof Map<?, ?> known))
			return;
		for (var scope : scopes)
			if (!JLineCompletion.isIn(session, scope))
				JLineCompletion.add(session, known, scope);
		served.removeIf(reference -> reference.get() == null || reference.get() == session);
		served.add(new WeakReference<>(session));
	}

	@Override
	public void afterExecute(CommandSession session, CharSequence line, Exception failure) {
		// nothing to take back
	}

	@Override
	public void afterExecute(CommandSession session, CharSequence line, Object answer) {
		// nothing to take back
	}

	@Deactivate
	void stop() {
		for (var scope : scopes)
			inSessions((session, known) -> JLineCompletion.remove(session, known, scope));
	}

	private void inSessions(BiConsumer<CommandSession, Map<?, ?>> what) {
		for (var reference : served)
			if (reference.get() instanceof CommandSession session && session.get(COMPLETIONS) instanceof Map<?, ?> known)
				what.accept(session, known);
	}
}
