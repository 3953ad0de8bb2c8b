package bus.shell;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.service.component.AnyService;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import bus.shell.command.CommandException;

/**
 * Runs scripts where nobody is at the shell: {@code init.gosh} of the configuration folder, then the one that vport was
 * started for, whose end is the end of vport. At a terminal the shell's profile runs {@code init.gosh}, so that what it
 * defines is there at the prompt.
 *
 * <p>bus.app starts gogo.jline when vport is ready, and {@code gosh} is of the last commands that gogo.jline registers: the
 * two references are there when a script has all it needs.
 */
@Component(immediate = true, service = {})
public final class Scripts {
	/** What bus.app has found out: it starts gogo.jline without a prompt if there is nobody to type. */
	private static final String SHELL_OPTIONS = "gosh.args";
	private static final String NO_PROMPT = "--nointeractive";
	/** The script, and its arguments in lines; from cnf/script/run. */
	private static final String SCRIPT = "vport.script";
	private static final String ARGUMENTS = "vport.script.args";
	/** What bus.boot leaves with. */
	private static final String EXIT = "vport.exit";
	private static final String INIT = "init.gosh";
	private static final String OUR_COMMANDS_TOO = "gogo:felix:vport:*";
	private static final Pattern LINE = Pattern.compile(":(\\d+)\\.\\d+$");

	private final BundleContext context;
	private final CommandProcessor gogo;

	@Activate
	public Scripts(BundleContext context, @Reference CommandProcessor gogo,
			@Reference(service = AnyService.class, target = "(osgi.command.function=gosh)") Object shell) {
		this.context = context;
		this.gogo = gogo;
		var options = context.getProperty(SHELL_OPTIONS);
		if (options != null && options.contains(NO_PROMPT)
				&& (context.getProperty(SCRIPT) != null || init().isPresent()))
			Thread.ofPlatform().name("vport script").start(this::run);
	}

	private Optional<Path> init() {
		return Optional.ofNullable(context.getProperty("felix.fileinstall.dir"))
				.map(folders -> Path.of(folders.split(",")[0].strip(), INIT)).filter(Files::exists);
	}

	private void run() {
		var script = context.getProperty(SCRIPT);
		if (script != null)
			System.setProperty(EXIT, "1"); // unless it comes to its end
		// System.err is Gogo's by now, and would hand what it is given to the session's, which would be itself. Not closed:
		// the log goes there, too.
		var errors = new PrintStream(new FileOutputStream(FileDescriptor.err), true);
		try (var input = new FileInputStream(FileDescriptor.in);
				var output = new PrintStream(new FileOutputStream(FileDescriptor.out), true);
				var session = gogo.createSession(input, output, errors)) {
			session.put("SCOPE", OUR_COMMANDS_TOO);
			init().ifPresent(init -> exitCode(session, init, List.of()));
			if (script != null)
				System.setProperty(EXIT, String.valueOf(exitCode(session, Path.of(script), arguments())));
		} catch (IOException e) {
			System.getLogger("bus.shell").log(System.Logger.Level.WARNING, "after a script: " + e.getMessage());
		}
		if (script != null)
			stop();
	}

	private List<String> arguments() {
		var lines = context.getProperty(ARGUMENTS);
		return lines == null || lines.isEmpty() ? List.of() : List.of(lines.split("\n", -1));
	}

	private static int exitCode(CommandSession session, Path script, List<String> arguments) {
		try {
			session.put("0", script.toUri());
			session.put("args", new ArrayList<>(arguments));
			session.execute(Files.readString(script));
			return 0;
		} catch (Exception e) { // whatever a command throws
			System.err.println("vport: " + script + line(session) + ": " + (e.getMessage() == null ? e : e.getMessage()));
			return e instanceof CommandException failed ? failed.exitCode() : 1;
		}
	}

	/** Of the outermost command that failed; Gogo counts from 0. */
	private static String line(CommandSession session) {
		var place = LINE.matcher(String.valueOf(session.get(".location")));
		return place.find() ? ":" + (Integer.parseInt(place.group(1)) + 1) : "";
	}

	private void stop() {
		try {
			context.getBundle(Constants.SYSTEM_BUNDLE_ID).stop();
		} catch (BundleException e) {
			System.err.println("vport: " + e.getMessage());
		}
	}
}
