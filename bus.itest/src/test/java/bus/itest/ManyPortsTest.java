package bus.itest;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** As many ports as a kind of guest has queues for. */
@Tag("guest")
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class ManyPortsTest {
	@RegisterExtension
	final Seed seed = new Seed();

	/** 127, and 31 in UML; see {@link GuestKind}. */
	@EachGuest
	void s02_s24_allThePortsThereCanBe_eachHasItsName_andTalksBothWaysWhileAllDo(GuestKind kind) throws Exception {
		int ports = kind.mostPorts();
		try (var host = new GuestHost(ManyPortsTest.class, kind.toString())) {
			var files = host.configuration();
			var socket = files.bus("vm1", ports, kind.busKeys());
			var link = files.console("console", "vm1");
			var labels = IntStream.range(1, ports).mapToObj(id -> "p" + id).toList();
			for (int id = 1; id < ports; id++)
				files.socket(labels.get(id - 1), "vm1", id);
			host.start();
			var machine = ScenarioMachine.start(kind, host, socket, ports, link, 1);
			machine.programs().awaitPorts(labels);
			assertEquals(Stream.concat(Stream.of("0 org.vport.console"), labels.stream()
					.map(label -> label.substring(1) + " org.vport." + label)).toList(), machine.programs().ports());
			assertAllAnswer(machine, labels);
			host.assertComplaints();
		}
	}

	private void assertAllAnswer(ScenarioMachine machine, List<String> labels) throws Exception {
		var clients = new ArrayList<PortClient>();
		try {
			for (var label : labels)
				clients.add(machine.connect(label));
			var programs = machine.programs().answerOnAll(labels);
			var lines = labels.stream().map(label -> new String(seed.letters(100), US_ASCII)).toList();
			for (int i = 0; i < labels.size(); i++)
				clients.get(i).send(lines.get(i) + "\n");
			for (int i = 0; i < labels.size(); i++)
				assertEquals(labels.get(i) + ": " + lines.get(i), clients.get(i).line());
			assertEquals("", programs.problem());
		} finally {
			for (var client : clients)
				client.close();
		}
	}
}
