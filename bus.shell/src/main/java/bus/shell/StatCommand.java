package bus.shell;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;

import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import bus.api.PortInfo;
import bus.api.SerialBusRuntime;
import bus.shell.command.Arguments;
import bus.shell.command.Listing;

/** {@code vport:stat}: what moves, as it moves. */
@Component(service = StatCommand.class, property = { "osgi.command.scope=vport", "osgi.command.function=stat" })
public final class StatCommand {
	private static final int LONGEST = 3600;
	private static final int MOST = 1_000_000;
	private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
	/** The terminal's other page, from its top; and back again. */
	private static final String ENTER = "\033[?1049h";
	private static final String LEAVE = "\033[?1049l";
	private static final String TOP = "\033[H";
	private static final String REST_OF_LINE = "\033[K\r\n";
	private static final String REST_OF_PAGE = "\033[J";

	private final SerialBusRuntime runtime;
	private final Ports ports;

	@Activate
	public StatCommand(@Reference SerialBusRuntime runtime) {
		this.runtime = runtime;
		this.ports = new Ports(runtime);
	}

	@Descriptor("""
			shows bytes a second of each port, on a terminal until q or ^C
			   vport:stat
			   vport:stat -n 5 agent vm2
			   each (vport:stat -c 1) { echo ($it label) ($it fromGuestRate) }""")
	public Object stat(CommandSession session,
			@Descriptor("how long a look takes; 1 without it") @Parameter(names = { "-n", "--seconds" },
					absentValue = "1") String seconds,
			@Descriptor("ends after so many looks") @Parameter(names = { "-c",
					"--count" }, absentValue = "0") String count,
			@Descriptor("ports or buses; all ports if none is named") String... names) throws IOException {
		ports.named(Arguments.of("vport:stat [-n|--seconds SECONDS] [-c|--count COUNT] [LABEL|BUS...]", names).words());
		long period = Arguments.number("-n", seconds, 1, LONGEST) * SECOND;
		int looks = count.equals("0") ? 0 : Arguments.number("-c", count, 1, MOST);
		try {
			boolean live = Screens.isDrawnOn(session);
			try (var stay = new Stay(session)) {
				return live ? live(stay, period, looks == 0 ? Integer.MAX_VALUE : looks, names)
						: lines(stay, period, Math.max(1, looks), names);
			}
		} catch (InterruptedException e) {
			return null; // its thread is wanted back
		}
	}

	/** All looks but the last are printed; that one is the answer. */
	private Listing<RateRecord> lines(Stay stay, long period, int looks, String... names)
			throws IOException, InterruptedException {
		var look = new Look(names);
		for (int i = 1;; i++) {
			boolean left = hasLeft(stay, System.nanoTime() + period);
			var rates = look.rates();
			if (left || i == looks)
				return rates;
			System.out.println(rates.table());
		}
	}

	/** The last look stays on the screen, as the answer. */
	private Listing<RateRecord> live(Stay stay, long period, int looks, String... names)
			throws IOException, InterruptedException {
		var look = new Look(names);
		var shown = look.rates();
		var output = stay.screen();
		try {
			print(output, ENTER);
			for (int i = 0; i < looks; i++) {
				print(output, page(shown, stay.height()));
				if (hasLeft(stay, System.nanoTime() + period))
					break;
				shown = look.rates();
			}
		} finally {
			print(output, LEAVE);
		}
		return shown;
	}

	private static String page(Listing<RateRecord> rates, int height) {
		var lines = rates.table().lines().toList();
		int room = Math.max(1, height - 2);
		var shown = lines.subList(0, Math.min(room, lines.size()));
		String end = lines.size() > room ? lines.size() - room + " more; name some. q ends" : "q ends";
		return TOP + String.join(REST_OF_LINE, shown) + REST_OF_LINE + end + REST_OF_PAGE;
	}

	private static boolean hasLeft(Stay stay, long deadline) throws IOException, InterruptedException {
		while (System.nanoTime() - deadline < 0)
			if (!stay.goesOn(deadline))
				return true;
		return false;
	}

	private static void print(OutputStream output, String text) throws IOException {
		output.write(text.getBytes(StandardCharsets.UTF_8));
		output.flush();
	}

	/** The rates since the look before. */
	private final class Look {
		private final String[] names;
		private List<PortInfo> before;
		private long time;

		Look(String... names) {
			this.names = names;
			this.before = runtime.ports();
			this.time = System.nanoTime();
		}

		Listing<RateRecord> rates() {
			var now = runtime.ports();
			long moment = System.nanoTime();
			double seconds = Math.max(1, moment - time) / (double) SECOND;
			var earlier = before.stream().collect(Collectors.toMap(Key::of, Function.identity(), (first, second) -> first));
			var rates = now.stream().filter(PortRecord::isOnBus).filter(port -> ports.isNamed(port, names))
					.map(port -> RateRecord.of(port, earlier.get(Key.of(port)), seconds)).toList();
			before = now;
			time = moment;
			return new Listing<>(rates, RateRecord::table);
		}
	}

	/** What makes a port the same in two looks. */
	private record Key(String bus, String type, String label) {
		static Key of(PortInfo port) {
			return new Key(port.bus(), port.type(), port.label());
		}
	}
}
