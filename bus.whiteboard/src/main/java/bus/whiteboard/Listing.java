package bus.whiteboard;

import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

import bus.api.BusInfo;
import bus.api.PortInfo;
import bus.api.SerialBus;

/**
 * What there is at a moment. Any thread.
 *
 * @param buses all buses, by name
 * @param absent the ports that are on none
 */
record Listing(Supplier<List<SerialBus>> buses, Supplier<List<PortInfo>> absent) {

	List<BusInfo> ofBuses() {
		return buses.get().stream().flatMap(bus -> ask(bus, it -> Stream.of(it.info()))).toList();
	}

	List<PortInfo> ofPorts() {
		var plugged = buses.get().stream()
				.flatMap(bus -> ask(bus, it -> it.ports().stream().sorted(Comparator.comparingInt(PortInfo::id)))).toList();
		var others = absent.get();
		return Stream.concat(plugged.stream().filter(port -> others.stream().noneMatch(other -> isNext(port, other))),
				others.stream()).toList();
	}

	/** A bus may close between being listed and being asked: then it is as if it had gone before. */
	private <T> Stream<T> ask(SerialBus bus, Function<SerialBus, Stream<T>> question) {
		try {
			return question.apply(bus);
		} catch (IllegalStateException e) {
			if (buses.get().contains(bus))
				throw e;
			return Stream.empty();
		}
	}

	/** The next instance of a held port may have been refused: then why is all there is to say of the port. */
	private static boolean isNext(PortInfo port, PortInfo other) {
		return port.state() == PortInfo.State.HELD && port.bus().equals(other.bus()) && port.type().equals(other.type())
				&& port.label().equals(other.label());
	}
}
