package bus.shell;

import static org.osgi.service.component.annotations.ReferenceCardinality.MULTIPLE;
import static org.osgi.service.component.annotations.ReferencePolicy.DYNAMIC;
import static org.osgi.service.component.annotations.ReferencePolicyOption.GREEDY;

import java.io.IOException;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;

import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import bus.api.BusEvent;
import bus.api.PortInfo;
import bus.api.SerialBus;
import bus.api.SerialBusRuntime;
import bus.shell.command.Arguments;
import bus.shell.command.Words;

/** {@code vport:trace}. */
@Component(service = TraceCommand.class, property = { "osgi.command.scope=vport", "osgi.command.function=trace" })
public final class TraceCommand {
	/** Events that wait to be printed; a driver that starts on 127 ports makes some 1100. */
	private static final int BACKLOG = 10_000;
	private static final int MOST = 1_000_000;
	private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT);

	private final Ports ports;
	@Reference(cardinality = MULTIPLE, policy = DYNAMIC, policyOption = GREEDY)
	private volatile List<SerialBus> buses;

	@Activate
	public TraceCommand(@Reference SerialBusRuntime runtime) {
		this.ports = new Ports(runtime);
	}

	@Descriptor("""
			prints control messages and events of ports, until q or ^C
			   vport:trace
			   vport:trace agent
			   vport:trace -c 10 vm1 | grep PORT_OPEN""")
	public void trace(CommandSession session,
			@Descriptor("ends after so many events") @Parameter(names = { "-c", "--count" },
					absentValue = "0") String count,
			@Descriptor("ports or buses that are there; all buses if none is named") String... names) throws IOException {
		var words = Arguments.of("vport:trace [-c|--count COUNT] [LABEL|BUS...]", names).words();
		int wanted = count.equals("0") ? Integer.MAX_VALUE : Arguments.number("-c", count, 1, MOST);
		var picked = ports.named(words);
		var events = new ArrayBlockingQueue<BusEvent>(BACKLOG);
		var lost = new AtomicLong();
		var traces = new ArrayList<SerialBus.Trace>();
		try (var stay = new Stay(session)) {
			for (var bus : buses)
				if (words.isEmpty() || words.contains(bus.name())
						|| picked.stream().anyMatch(port -> port.bus().equals(bus.name())))
					traces.add(bus.trace(event -> {
						if (isWanted(event, words, picked) && !events.offer(event))
							lost.incrementAndGet(); // the loop waits for no terminal
					}));
			if (stay.hasKeys())
				session.getConsole().println("q ends"); // there may be nothing else to see for long
			print(stay, events, lost, wanted);
		} catch (InterruptedException e) {
			// its thread is wanted back
		} finally {
			traces.forEach(SerialBus.Trace::close);
		}
	}

	/** The last message about a port comes when its number is all that is left of it. */
	private static boolean isWanted(BusEvent event, List<String> words, List<PortInfo> picked) {
		return words.isEmpty() || words.contains(event.bus())
				|| picked.stream().anyMatch(port -> port.bus().equals(event.bus()) && isAbout(event, port));
	}

	private static boolean isAbout(BusEvent event, PortInfo port) {
		return event.label().isEmpty() ? port.id() >= 0 && port.id() == event.port() : port.label().equals(event.label());
	}

	private static void print(Stay stay, Queue<BusEvent> events, AtomicLong lost, int wanted)
			throws IOException, InterruptedException {
		int printed = 0;
		while (stay.goesOn(Long.MAX_VALUE) && !System.out.checkError()) { // the reader of a pipe may have gone
			for (var event = events.poll(); event != null; event = events.poll()) {
				System.out.println(line(event));
				if (++printed == wanted)
					return;
			}
			long missing = lost.getAndSet(0);
			if (missing > 0)
				System.out.println("[" + missing + " events lost]");
		}
	}

	static String line(BusEvent event) {
		String what = switch (event.kind()) {
			case TO_GUEST, FROM_GUEST -> String.format("%-10s  %s", Words.of(event.kind()), event.detail());
			default -> Words.of(event.kind()) + (event.detail().isEmpty() ? "" : ": " + event.detail());
		};
		return String.format("%s  %-6s %3s  %-12s  %s", TIME.format(event.time().atZone(ZoneId.systemDefault())),
				event.bus(), event.port() < 0 ? "-" : event.port(), event.label().isEmpty() ? "-" : event.label(), what);
	}
}
