package bus.itest;

import static bus.itest.QtestConsole.F_MULTIPORT;
import static bus.itest.QtestConsole.F_RING_PACKED;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The window of somebody at the console changes its size. Without MULTIPORT the guest is told by an interrupt for the
 * configuration space, and QEMU 11.1 dies of that at the wrong moment.
 */
@Tag("guest")
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class QtestResizeTest {

	@RegisterExtension
	static final QtestBench BENCH = new QtestBench("vt100");

	@Test
	void resize_withoutMultiport_interruptsOnlyWhileTheDriverRuns() throws Exception {
		var vport = BENCH.host().vport();
		vport.ask("vport:attach console", "Connected to console");
		var guest = BENCH.boot();
		resize(guest, 70, 20);
		guest.negotiate(guest.device().offered() & ~(F_MULTIPORT | F_RING_PACKED));
		resize(guest, 71, 21);
		assertEquals(0, guest.device().interrupts());
		for (int queue = 0; queue < 2; queue++)
			guest.setUp(queue, QtestConsole.RING);
		guest.driverOk();
		guest.settle();
		guest.device().interrupts();
		resize(guest, 72, 22);
		assertEquals(VirtioPci.CONFIG_INTERRUPT, guest.device().interrupts() & VirtioPci.CONFIG_INTERRUPT);
		BENCH.machine().qmp().execute("stop");
		resize(guest, 73, 23);
		BENCH.machine().qmp().execute("cont");
		guest.reset();
		resize(guest, 74, 24);
		guest.settle();
		assertEquals(0, guest.device().interrupts());
	}

	/** Until the guest reads the new size. */
	private static void resize(QtestConsole guest, int columns, int rows) throws Exception {
		BENCH.host().vport().resizeTerminal(columns, rows);
		Await.until("size " + columns + " by " + rows,
				() -> Arrays.equals(guest.config(4), new byte[] { (byte) columns, 0, (byte) rows, 0 }));
		guest.settle();
	}
}
