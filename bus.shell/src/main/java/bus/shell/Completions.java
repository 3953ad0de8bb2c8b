package bus.shell;

import java.lang.ref.WeakReference;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.CommandSessionListener;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.metatype.MetaTypeService;

import bus.api.SerialBusRuntime;

/**
 * Brings TAB completion to every session that has any. gogo.jline keeps, in a variable of its session, what can follow each
 * command; this adds to it when the session runs something, which its profile does before the first prompt. Without
 * gogo.jline there is no such variable, and JLine is not touched.
 */
@Component(service = CommandSessionListener.class)
public final class Completions implements CommandSessionListener {
	/** gogo.jline's: a map from a command to what may follow it. */
	private static final String COMPLETIONS = ".completions";
	/** Ours: the function that answers what may stand at the cursor. */
	static final String FUNCTION = "__vport";

	private final Candidates candidates;
	private final List<WeakReference<CommandSession>> served = new CopyOnWriteArrayList<>();

	@Activate
	public Completions(BundleContext context, @Reference SerialBusRuntime runtime,
			@Reference ServiceComponentRuntime components, @Reference MetaTypeService metatype) {
		this.candidates = new Candidates(new Ports(runtime), new Kinds(context, components, metatype));
	}

	@Override
	public void beforeExecute(CommandSession session, CharSequence line) {
		if (session.get(COMPLETIONS) instanceof Map<?, ?> known && !JLineCompletion.isIn(known)) {
			JLineCompletion.add(session, known, candidates);
			served.removeIf(reference -> reference.get() == null);
			served.add(new WeakReference<>(session));
		}
	}

	@Override
	public void afterExecute(CommandSession session, CharSequence line, Exception failure) {
		// nothing to take back
	}

	@Override
	public void afterExecute(CommandSession session, CharSequence line, Object answer) {
		// nothing to take back
	}

	/** Sessions live on: what they keep of this bundle would keep the bundle. */
	@Deactivate
	void stop() {
		for (var reference : served)
			if (reference.get() instanceof CommandSession session && session.get(COMPLETIONS) instanceof Map<?, ?> known)
				JLineCompletion.remove(session, known);
	}
}
