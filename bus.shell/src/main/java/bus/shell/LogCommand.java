package bus.shell;

import java.io.IOException;

import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import bus.shell.command.Arguments;
import bus.shell.command.Line;
import bus.shell.command.Listing;

/** {@code vport:log}. */
@Component(service = LogCommand.class, property = { "osgi.command.scope=vport", "osgi.command.function=log" })
public final class LogCommand {
	private final LogRing log;

	@Activate
	public LogCommand(@Reference LogRing log) {
		this.log = log;
	}

	@Descriptor("""
			prints the last lines of vport's log; the last 1000 are kept
			   vport:log
			   vport:log -n 100 | grep vm1
			   vport:log -f""")
	public Object log(CommandSession session,
			@Descriptor("goes on with the lines that come, until ^C") @Parameter(names = { "-f", "--follow" },
					presentValue = "true", absentValue = "false") boolean follow,
			@Descriptor("how many lines, 1 to 1000; 20 without it") @Parameter(names = { "-n", "--lines" },
					absentValue = "20") String count,
			String... words) throws IOException {
		Arguments.of("vport:log [-f|--follow] [-n|--lines COUNT]", words).exactly(0);
		int wanted = Arguments.number("-n", count, 1, LogRing.CAPACITY);
		long mark = log.mark();
		var last = log.since(Math.max(0, mark - wanted));
		if (!follow)
			return new Listing<>(last.stream().map(Line::new).toList(), Line::lines);
		last.forEach(System.out::println);
		follow(session, mark);
		return null;
	}

	private void follow(CommandSession session, long mark) throws IOException {
		try (var stay = new Stay(session)) {
			long next = mark;
			while (stay.goesOn(Long.MAX_VALUE) && !System.out.checkError()) { // the reader of a pipe may have gone
				var batch = log.after(next);
				batch.lines().forEach(System.out::println);
				next = batch.mark();
			}
		} catch (InterruptedException e) {
			// its thread is wanted back
		}
	}
}
