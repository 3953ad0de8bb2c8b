package bus.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The guest sleeps (S3) and wakes: its driver takes the ports for present, says PORT_READY and never DEVICE_READY. */
@Tag("guest")
@Timeout(value = 90, unit = TimeUnit.SECONDS)
class SuspendTest {

	@ParameterizedTest
	@EnumSource(names = { "QEMU", "QEMU_PACKED" })
	void s24_s51_sleepAndWake_openPortGoesOn_nothingSentIsLost(GuestKind kind) throws Exception {
		try (var host = new GuestHost(SuspendTest.class, kind.toString())) {
			var files = host.configuration();
			var socket = files.bus("vm1", 7, kind.busKeys());
			var link = files.console("console", "vm1");
			var data = files.socket("data", "vm1");
			host.start();
			var guest = host.boot(kind, socket, 7);
			var console = host.login(link);
			try (var client = PortClient.connect(data); var qmp = guest.qmp()) {
				console.run("exec 3<>/dev/virtio-ports/org.vport.data; echo before >&3");
				assertEquals("before", client.line());
				int asleep = console.position();
				console.type("echo mem >/sys/power/state; echo a\"\"wake\n");
				qmp.awaitEvent("SUSPEND", "");
				client.send("while it slept\n");
				qmp.execute("system_wakeup");
				console.awaitText("awake", asleep);
				assertEquals("while it slept", console.run("head -n 1 <&3"));
				console.run("echo after >&3");
				assertEquals("after", client.line());
				assertEquals("org.vport.console\norg.vport.data", console.run("cat /sys/class/virtio-ports/*/name | sort"));
			}
			host.assertComplaints();
		}
	}
}
