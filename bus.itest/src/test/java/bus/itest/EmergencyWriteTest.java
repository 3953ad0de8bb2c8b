package bus.itest;

import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The guest writes to the emergency field of the device's configuration space, through QEMU's PCI. In UML no program
 * can reach that space, hence there is no such test.
 */
@Tag("guest")
@Timeout(value = 90, unit = TimeUnit.SECONDS)
class EmergencyWriteTest {
	/** The quotes keep the echo of the command from being taken for the text. */
	private static final String TYPED = "HEL\"\"P ";
	private static final String WRITTEN = "HELP ";

	@Test
	void emergencyWrite_driverBoundAndUnbound_reachesTheConsole() throws Exception {
		try (var host = new GuestHost(EmergencyWriteTest.class, "qemu")) {
			var socket = host.configuration().bus("vm1", 3);
			var link = host.configuration().console("console", "vm1");
			host.start();
			host.boot(Guest.Kind.QEMU, socket, 3);
			var console = host.login(link);

			int start = console.position();
			console.run("emergency \"" + TYPED + "bound\"");
			console.awaitText(WRITTEN + "bound", start);

			int unbound = console.position();
			console.type("setsid sh -c 'cd /sys/bus/virtio/drivers/virtio_console; d=$(echo virtio*); echo $d >unbind;"
					+ " emergency \"" + TYPED + "unbound\"; echo $d >bind' </dev/null >/dev/console 2>&1 &\n");
			console.awaitText(WRITTEN + "unbound", unbound);
			console.loginAgain(unbound);
			console.run("true");
			host.assertComplaints();
		}
	}
}
