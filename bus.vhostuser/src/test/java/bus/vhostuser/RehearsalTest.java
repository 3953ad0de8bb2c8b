package bus.vhostuser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import bus.api.GuestPort;
import bus.api.HostPort;
import bus.api.PortRequest;
import bus.api.SerialBus;
import bus.core.console.DeviceSettings;
import bus.core.console.PortNames;
import bus.linux.MessageSocket;
import bus.vhostuser.loop.Loops;
import bus.vhostuser.loop.Polling;
import bus.vhostuser.rehearsal.Guest;

class RehearsalTest {
	private final Loops loops = new Loops();
	private final List<String> said = new ArrayList<>();
	private final Handler log = new Handler() {
		@Override
		public void publish(LogRecord record) {
			synchronized (said) {
				said.add(record.getMessage());
			}
		}

		@Override
		public void flush() {
		}

		@Override
		public void close() {
		}
	};

	@BeforeEach
	void listen() {
		Logger.getLogger("bus.vhostuser").addHandler(log);
	}

	@AfterEach
	void end() {
		Logger.getLogger("bus.vhostuser").removeHandler(log);
		loops.end();
	}

	@Test
	void rehearsal_wholeLife_saysNothingAndLeavesNothing() {
		rehearse(); // classes come from files, too
		long before = descriptors();
		rehearse();
		assertTrue(descriptors() <= before, before + " descriptors before, after it " + descriptors());
		assertEquals(List.of(), said);
	}

	private void rehearse() {
		var rehearsal = new Rehearsal(loops);
		awaitFirst(rehearsal);
		rehearsal.awaitOver();
		BusFixture.await(() -> Thread.getAllStackTraces().keySet().stream()
				.noneMatch(thread -> thread.getName().startsWith("vport loop"))); // which closes the last of them
	}

	private static void awaitFirst(Rehearsal rehearsal) {
		var letIn = new AtomicBoolean();
		rehearsal.whenFirst(() -> letIn.set(true));
		BusFixture.await(letIn::get);
	}

	@Test
	void rehearsal_switchedOff_letsGuestsInAtOnce() {
		System.setProperty("vport.warmup", "off");
		try {
			var rehearsal = new Rehearsal(loops);
			var letIn = new AtomicBoolean();
			rehearsal.whenFirst(() -> letIn.set(true));
			assertTrue(letIn.get());
			rehearsal.awaitOver();
		} finally {
			System.clearProperty("vport.warmup");
		}
	}

	@Test
	void rehearsal_unknownSwitch_isSaid() {
		System.setProperty("vport.warmup", "no");
		try {
			new Rehearsal(loops).awaitOver();
		} finally {
			System.clearProperty("vport.warmup");
		}
		assertTrue(said.toString().contains("vport.warmup=no: allowed: on, off"), said.toString());
	}

	/** It compares what comes back: a port that adds a byte is found out. */
	@Test
	void guest_busThatChangesBytes_isFoundOut() throws Exception {
		var config = new BusConfig("b", "b", "b", null, 0, true, Polling.OFF, DeviceSettings.of(Guest.PORTS));
		var server = new BusServer(config, loops, new PortNames(), () -> {
		});
		var pair = MessageSocket.pair();
		server.admit(pair[0].descriptor());
		try (var guest = new Guest(liar(server.bus()), pair[1])) {
			guest.boot();
			var e = assertThrows(IOException.class, guest::round);
			assertTrue(e.getMessage().contains("in place of [0, 10]"), e.getMessage());
		} finally {
			server.close();
		}
	}

	private static long descriptors() {
		return new File("/proc/self/fd").list().length;
	}

	/** A bus whose ports say a wrong byte. */
	private static SerialBus liar(SerialBus bus) {
		return (SerialBus) Proxy.newProxyInstance(RehearsalTest.class.getClassLoader(), new Class<?>[] { SerialBus.class },
				(proxy, method, arguments) -> bus.plug((PortRequest) arguments[0], new Liar((HostPort) arguments[1])));
	}

	private record Liar(HostPort port) implements HostPort {
		@Override
		public void plugged(GuestPort guest) throws Exception {
			port.plugged(guest);
		}

		@Override
		public int guestData(ByteBuffer data) {
			return port.guestData(data);
		}

		@Override
		public int hostData(ByteBuffer room) {
			int at = room.position();
			int n = port.hostData(room);
			if (n > 0)
				room.put(at, (byte) (room.get(at) + 1));
			return n;
		}
	}
}
