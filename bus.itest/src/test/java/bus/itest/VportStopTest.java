package bus.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

@Tag("guest")
@Timeout(value = 90, unit = TimeUnit.SECONDS)
class VportStopTest {

	@EachLinux
	void sigterm_vmAttached_namedFirstAndAllRemoved(GuestKind kind) throws Exception {
		try (var host = new GuestHost(VportStopTest.class, kind.toString())) {
			var socket = host.configuration().bus("vm1", 7);
			host.configuration().bus("empty", 7);
			var link = host.configuration().console("console", "vm1");
			host.configuration().socket("data", "vm1");
			host.start();
			var guest = host.boot(kind, socket, 7);
			host.login(link);

			int before = host.vport().err().size();
			assertEquals(0, host.vport().terminate());
			var said = host.vport().err().subList(before, host.vport().err().size());
			assertEquals("vport: bus vm1 has a VM attached; it loses its virtio-serial device now", said.getFirst());
			assertTrue(said.stream().noneMatch(line -> line.contains("bus empty has")), said.toString());
			assertEquals(List.of(), host.leftOver());
			assertTrue(guest.isAlive(), "the VM ended with its bus");
			host.assertComplaints("vm1: closes under a virtual machine");
		}
	}
}
