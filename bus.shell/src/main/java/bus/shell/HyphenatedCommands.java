package bus.shell;

import java.io.IOException;

import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;

import bus.shell.command.MethodNames;

/**
 * The commands {@code add-bus} and {@code remove-bus}. Gogo sees a copy of this class, see {@link MethodNames}.
 */
public final class HyphenatedCommands {
	private final BusCommands buses;

	HyphenatedCommands(BusCommands buses) {
		this.buses = buses;
	}

	@Descriptor("""
			makes a bus: writes its file, and waits until it listens
			   vport:add-bus vm2 socket=/run/vport/vm2.sock ports=7""")
	public Object addBus(@Descriptor("NAME KEY=VALUE...; vport:types bus has the keys") String... words) throws IOException {
		return buses.add(words);
	}

	@Descriptor("""
			removes a bus, which takes the device from its VM for good; asks
			   vport:remove-bus vm2
			   vport:remove-bus --yes vm2""")
	public Object removeBus(CommandSession session,
			@Descriptor("does not ask, for scripts") @Parameter(names = "--yes", presentValue = "true",
					absentValue = "false") boolean yes,
			@Descriptor("the bus: the part of its file's name after the hyphen") String... names) throws IOException {
		return buses.remove(session, yes, names);
	}
}
