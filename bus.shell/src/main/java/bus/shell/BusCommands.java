package bus.shell;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

import org.apache.felix.service.command.CommandSession;

import bus.api.BusInfo;
import bus.api.PortInfo;
import bus.api.SerialBusRuntime;
import bus.shell.command.Arguments;
import bus.shell.command.CommandException;
import bus.shell.command.Outcome;
import bus.shell.command.Words;

/** Buses made and removed, for {@link HyphenatedCommands}. */
final class BusCommands {
	private static final int LINE_FEED = '\n';

	private final SerialBusRuntime runtime;
	private final Kinds kinds;
	private final Configurations configurations;
	private final Settling settling;
	private final LogRing log;

	BusCommands(SerialBusRuntime runtime, Kinds kinds, Configurations configurations, Settling settling, LogRing log) {
		this.runtime = runtime;
		this.kinds = kinds;
		this.configurations = configurations;
		this.settling = settling;
		this.log = log;
	}

	Outcome add(String... words) throws IOException {
		var values = Arguments.of("vport:add-bus NAME KEY=VALUE...", words).pairs(1);
		values.values().removeIf(String::isEmpty);
		var kind = kinds.bus();
		String name = words[0];
		if (settling.bus(name).isPresent() || configurations.find(kind.pid(), name).isPresent())
			throw new CommandException("there is a bus " + name + "; vport:remove-bus removes it");
		runtime.mistake(kind.pid(), values).ifPresent(mistake -> {
			throw new CommandException(mistake);
		});
		long mark = log.mark();
		var stored = configurations.create(kind.pid(), name, values);
		return settling.await(stored, () -> settling.bus(name).map(bus -> new Outcome(name, Words.of(bus.state()),
				"bus " + name + " listens on " + bus.socket())).or(() -> refusal(stored, mark)));
	}

	/** A bus that is refused says so in the log, and nowhere else. */
	private Optional<Outcome> refusal(Stored stored, long mark) {
		log.since(mark).stream().filter(line -> line.contains(stored.source() + ": ")).findFirst().ifPresent(line -> {
			throw new CommandException(line.substring(line.indexOf(stored.source()))
					+ "; its configuration stays: correct it" + stored.file().map(file -> " in " + file).orElse("") + ", or vport:remove-bus " + stored.label());
		});
		return Optional.empty();
	}

	Outcome remove(CommandSession session, boolean yes, String... names) throws IOException {
		String name = Arguments.of("vport:remove-bus [--yes] BUS", names).only();
		var kind = kinds.bus();
		var stored = configurations.find(kind.pid(), name).orElseThrow(() -> Words.unknown("bus", name, "buses",
				runtime.buses().stream().map(BusInfo::name).toList()));
		if (!yes && !agreed(session, settling.bus(name).map(this::warning).orElse("bus " + name + " does not work.")))
			return new Outcome(name, "unchanged", "bus " + name + " stays");
		configurations.delete(stored);
		settling.await(stored, () -> Optional.of(true).filter(gone -> settling.bus(name).isEmpty()));
		return new Outcome(name, "removed", "bus " + name + " is removed");
	}

	private String warning(BusInfo bus) {
		List<String> its = runtime.ports().stream().filter(port -> port.bus().equals(bus.name()) && PortRecord.isOnBus(port))
				.map(PortInfo::label).toList();
		String ports = its.size() + (its.size() == 1 ? " port is" : " ports are") + " unplugged"
				+ (its.isEmpty() ? "" : ": " + Words.list(its));
		String machine = bus.state() == BusInfo.State.LISTENING ? "No VM is attached to bus " + bus.name()
				: String.format(Locale.ROOT, "VM %s is attached to bus %s (%s) and loses its virtio-serial device for good",
						bus.vm(), bus.name(), Words.of(bus.state()));
		return machine + "; " + ports + ".";
	}

	private static boolean agreed(CommandSession session, String warning) throws IOException {
		if (!Screens.isWatched(session))
			throw new CommandException(warning + " Nobody is there to agree; use --yes");
		session.getConsole().print(warning + "\nRemove it? [y/N] ");
		session.getConsole().flush();
		var answer = new StringBuilder();
		for (int key = session.getKeyboard().read(); key >= 0 && key != LINE_FEED && key != '\r'; key = session
				.getKeyboard().read())
			answer.append((char) key);
		return answer.toString().strip().toLowerCase(Locale.ROOT).matches("y|yes");
	}
}
