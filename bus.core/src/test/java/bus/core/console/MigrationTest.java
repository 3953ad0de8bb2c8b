package bus.core.console;

import static bus.core.console.DeviceRig.IN;
import static bus.core.console.DeviceRig.OUT;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import bus.core.virtio.RingKind;
import bus.core.virtio.RingPosition;

/** A guest goes from one device to another; the numbers are those of the statements about QEMU's bus. */
@ParameterizedClass
@MethodSource("bus.core.virtio.RingKind#all")
class MigrationTest {
	private final RingKind kind;
	private final DeviceRig source;
	private final DeviceRig target;
	private RecordingPort a;
	private RecordingPort b;

	MigrationTest(RingKind kind) {
		this.kind = kind;
		source = new DeviceRig(kind, 4);
		target = new DeviceRig(4, source);
	}

	@AfterEach
	void close() {
		target.close();
		source.close();
	}

	/** A guest that has opened port 1, and a bus with the same port that it has never met. */
	private void boot() throws Exception {
		a = source.plugged("a", 1);
		source.bootGuest();
		b = target.plugged("b", 1);
	}

	private List<RingPosition> migrate() throws Exception {
		var positions = source.stopDriver();
		target.device.load(DeviceState.decode(source.device.save().encode()));
		return positions;
	}

	private void goOn() throws Exception {
		target.resumeDriver(migrate());
	}

	private String refusal(DeviceState state) {
		return assertThrows(StateRefusedException.class, () -> target.device.load(state)).getMessage();
	}

	private String refusalOfTheSource() throws Exception {
		var positions = source.stopDriver();
		var state = source.device.save();
		String why = refusal(state);
		source.resumeDriver(positions);
		source.write(OUT, "still there");
		assertEquals("still there", a.taken.toString());
		assertEquals(List.of("PORT_OPEN 1 0"), closeOf(a));
		return why;
	}

	private List<String> closeOf(RecordingPort port) {
		port.guest.close();
		source.run();
		return source.received();
	}

	// ---- what goes over

	@Test
	void s71_s72_halfConsumedElement_goesOnAtTheByte() throws Exception {
		boot();
		a.allowance = 2;
		source.write(OUT, "abc", "def");
		source.write(OUT, "ghi");
		assertTrue(source.info(1).throttled());
		goOn();
		assertFalse(target.info(1).throttled());
		assertEquals("ab", a.taken.toString());
		assertEquals("cdefghi", b.taken.toString());
		assertEquals(2, target.drain(OUT));
	}

	@Test
	void s72_throttledHere_isNotThrottledForTheNewGuest() throws Exception {
		boot();
		a.allowance = 0;
		source.write(OUT, "abc");
		goOn();
		assertEquals("abc", b.taken.toString());
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void s71_clientCameAndWentBeforeTheGuestCame_itsData_isNotDiscarded(boolean found) throws Exception {
		boot();
		a.allowance = 2;
		source.write(OUT, "abc");
		b.guest.close();
		b.guest.open();
		var positions = source.stopDriver();
		if (found)
			target.device.recover(source.device.save());
		else
			target.device.load(source.device.save());
		target.resumeDriver(positions);
		assertEquals("c", b.taken.toString());
	}

	@Test
	void s71_clientWentDuringAPause_thenAnEarlierStateIsLoaded_itsData_isNotDiscarded() throws Exception {
		boot();
		goOn();
		b.allowance = 2;
		target.write(OUT, "abc");
		var positions = target.stopDriver();
		var state = target.device.save();
		b.guest.close();
		b.guest.open();
		target.device.load(state);
		b.allowance = 100;
		target.resumeDriver(positions);
		assertEquals("abc", b.taken.toString());
	}

	@Test
	void s72_s71_throttledByTheGuestBefore_isNotForTheOneThatComes() throws Exception {
		boot();
		target.startDriver();
		b.allowance = 0;
		target.write(OUT, "of another guest");
		assertTrue(target.info(1).throttled());
		target.stopDriver();
		target.device.disconnect();
		b.allowance = 100;
		source.startDriver();
		source.bootGuest();
		source.write(OUT, "abc");
		goOn();
		assertFalse(target.info(1).throttled());
		target.write(OUT, "def");
		assertEquals("def", b.taken.toString());
	}

	@Test
	void halfConsumedElement_ofARingThatStartsElsewhere_isReadFromItsFirstByte() throws Exception {
		boot();
		a.allowance = 2;
		source.write(OUT, "abc");
		source.write(OUT, "def");
		var positions = migrate();
		positions.set(OUT, new RingPosition(positions.get(OUT).next() + 1, 0));
		target.resumeDriver(positions);
		assertEquals("def", b.taken.toString());
	}

	@Test
	void guestOpen_isKnown_andBytesFlowToTheGuest() throws Exception {
		boot();
		goOn();
		b.toGive = "hello";
		b.guest.readable();
		target.postRoom(IN, 64);
		target.kick(IN);
		assertEquals(List.of("hello"), target.readRaw(IN));
	}

	@Test
	void basesOfABeginning_areNoFreshDriver() throws Exception {
		boot();
		migrate();
		target.startDriver();
		assertTrue(target.info(1).guestOpen());
	}

	@Test
	void s70_guestOpenAndClosed_areToldWhenTheDriverGoesOn_changedOrNot() throws Exception {
		boot();
		var c = source.plugged("c", 2);
		source.send(2, ControlEvent.PORT_READY, 1);
		source.received();
		var d = target.plugged("d", 2);
		var positions = migrate();
		assertEquals(List.of(), b.calls);
		target.resumeDriver(positions);
		assertEquals(List.of("running true", "opened"), b.calls);
		assertEquals(List.of("running true", "closed"), d.calls);
		assertFalse(c.calls.contains("closed"), "the source has told its port nothing");
	}

	@Test
	void s70_hostOpenDiffers_isTold_sameIsNot() throws Exception {
		boot();
		var c = source.plugged("c", 2);
		source.send(2, ControlEvent.PORT_READY, 1);
		source.received();
		target.plugged("d", 2);
		b.guest.close();
		goOn();
		assertEquals(List.of("PORT_OPEN 1 0"), target.received());
		assertTrue(c.calls.contains("ready"));
	}

	@Test
	void s69_names_areNotCompared() throws Exception {
		boot();
		goOn();
		assertEquals(List.of(), target.received());
		assertEquals("b", target.info(1).name());
	}

	@Test
	void keptControlMessages_goOver_beforeWhatTheNewBusHasToSay() throws Exception {
		a = source.plugged("a", 1);
		source.startDriver();
		source.send(-1, ControlEvent.DEVICE_READY, 1);
		source.send(1, ControlEvent.PORT_READY, 1);
		b = target.plugged("b", 1);
		b.guest.close();
		goOn();
		target.postControl(4, 64);
		assertEquals(List.of("PORT_ADD 1 1", "PORT_NAME 1 1 a", "PORT_OPEN 1 1", "PORT_OPEN 1 0"), target.received());
	}

	@Test
	void consoleWithASize_isToldItAgain() throws Exception {
		source.plugged("", 0);
		source.bootGuest();
		target.plugged("", 0).guest.resize(100, 30);
		goOn();
		assertEquals(List.of("RESIZE 0 0 100x30"), target.received());
	}

	@Test
	void consoleWithoutASize_keepsTheOneThatTheGuestKnows() throws Exception {
		source.plugged("", 0).guest.resize(100, 30);
		source.bootGuest();
		target.plugged("", 0);
		goOn();
		assertEquals(List.of(), target.received());
		var size = new byte[4];
		target.device.readConfig(0, size);
		assertArrayEquals(new byte[] { 100, 0, 30, 0 }, size);
	}

	@Test
	void portsPluggedAndUnplugged_beforeTheDriverGoesOn_areToldInOrder() throws Exception {
		boot();
		var positions = migrate();
		target.bus.unplug(b);
		target.plugged("c", 1);
		target.plugged("d", 2);
		target.resumeDriver(positions);
		assertEquals(List.of("PORT_REMOVE 1 1", "PORT_ADD 1 1", "PORT_ADD 2 1"), target.received());
		assertFalse(b.calls.contains("opened"));
		assertFalse(target.info(1).guestOpen());
	}

	@Test
	void portsBeyondTheSourcesQueues_areNotShown() throws Exception {
		boot();
		var wide = new DeviceRig(8, source);
		wide.plugged("b", 1);
		source.stopDriver();
		wide.device.load(source.device.save());
		var config = new byte[4];
		wide.device.readConfig(4, config);
		assertArrayEquals(new byte[] { 4, 0, 0, 0 }, config);
		wide.close();
	}

	@Test
	void withoutMultiport_portZeroGoesOn() throws Exception {
		source.plugged("", 0);
		source.startWithoutMultiport();
		var con = target.plugged("", 0);
		source.write(1, "abc");
		var positions = migrate();
		target.device.features(kind.features());
		target.start(1, positions.get(1));
		target.run();
		assertTrue(target.info(0).guestOpen());
		target.write(1, "def");
		assertEquals("def", con.taken.toString());
		assertEquals(List.of("running true", "opened"), con.calls);
	}

	@Test
	void driverAfterTheLoadedOne_isFreshAgain() throws Exception {
		boot();
		goOn();
		target.stopDriver();
		target.startDriver();
		assertFalse(target.info(1).guestOpen());
		assertTrue(b.calls.contains("closed"));
	}

	@Test
	void loadedState_ofAConnectionThatEnded_isForgotten() throws Exception {
		boot();
		migrate();
		target.device.disconnect();
		target.startDriver();
		assertFalse(target.info(1).guestOpen());
		assertEquals(List.of("closed", "running true"), b.calls, "the driver is a fresh one");
	}

	// ---- the source goes on

	@Test
	void s73_save_changesNothing() throws Exception {
		boot();
		a.allowance = 2;
		source.write(OUT, "abc");
		var positions = source.stopDriver();
		assertArrayEquals(source.device.save().encode(), source.device.save().encode());
		a.allowance = 100;
		a.guest.writable();
		source.resumeDriver(positions);
		assertEquals("abc", a.taken.toString());
		assertTrue(source.info(1).guestOpen());
		assertEquals(List.of("PORT_OPEN 1 0"), closeOf(a));
	}

	@Test
	void save_whileAQueueRuns_isRefused() throws Exception {
		boot();
		assertThrows(StateRefusedException.class, () -> source.device.save());
		for (int queue = 0; queue < source.device.queueCount() - 1; queue++)
			source.device.stop(queue);
		assertThrows(StateRefusedException.class, () -> source.device.save());
	}

	@Test
	void load_whileAQueueRuns_isRefused() throws Exception {
		boot();
		source.stopDriver();
		var state = source.device.save();
		source.start(0, RingPosition.start(kind.features()));
		assertTrue(assertThrows(StateRefusedException.class, () -> source.device.load(state)).getMessage()
				.contains("stop all of them first"));
	}

	// ---- what is noted for the next process

	private List<DeviceState> notesOfTheSource() {
		var notes = new ArrayList<DeviceState>();
		source.device.record(new Recorder() {
			@Override
			public void begun(int queue, RingPosition position) {
			}

			@Override
			public void known(DeviceState state) {
				notes.add(state);
			}
		});
		return notes;
	}

	@Test
	void learnedDuringAPause_isNotedWhenTheConnectionEnds() throws Exception {
		boot();
		var notes = notesOfTheSource();
		source.stopDriver();
		a.guest.close();
		a.guest.open();
		source.device.record(null);
		assertEquals(2, notes.getLast().messages().size());
	}

	@Test
	void pluggedAndUnplugged_alsoWhereTheDriverIsNotTold_isNoted() throws Exception {
		boot();
		source.device.usePorts(2);
		var notes = notesOfTheSource();
		source.send(1, ControlEvent.PORT_OPEN, 1);
		var beyond = source.plugged("c", 3);
		source.kick(OUT);
		assertEquals(List.of(1, 3), notes.getLast().ports().stream().map(DeviceState.Port::id).toList());
		source.bus.unplug(beyond);
		source.kick(OUT);
		assertEquals(List.of(1), notes.getLast().ports().stream().map(DeviceState.Port::id).toList());
	}

	// ---- what is refused

	@Test
	void s68_portThatIsNotHere_isRefused() throws Exception {
		boot();
		target.bus.unplug(b);
		assertEquals("port 1 of the state is not plugged here; plug the ports that the other bus has",
				refusalOfTheSource());
	}

	@Test
	void s68_portThatIsNotInTheState_isRefused() throws Exception {
		boot();
		target.plugged("c", 3);
		assertEquals("port 3 (c) is plugged here and not in the state; unplug it, and plug it again when the guest runs",
				refusalOfTheSource());
	}

	@Test
	void consoleThatWasNone_isRefused() throws Exception {
		boot();
		target.bus.unplug(b);
		target.plug("con", 1, true, new RecordingPort());
		assertEquals("port 1 of the state is no console, and here con is one; the guest knows it as what it was",
				refusalOfTheSource());
	}

	@Test
	void consoleThatIsNone_isRefused() throws Exception {
		a = new RecordingPort();
		source.plug("", 1, true, a);
		source.startDriver();
		target.plugged("b", 1);
		source.stopDriver();
		assertEquals("port 1 of the state is a console, and here b is none; the guest knows it as what it was",
				refusal(source.device.save()));
	}

	@Test
	void morePortsThanTheBusHas_isRefused() throws Exception {
		boot();
		source.stopDriver();
		try (var narrow = new DeviceRig(2, source)) {
			narrow.plugged("b", 1);
			var e = assertThrows(StateRefusedException.class, () -> narrow.device.load(source.device.save()));
			assertEquals("max_nr_ports=4 of the state, ports=2 here; configure ports=4", e.getMessage());
		}
	}

	@Test
	void featuresThatAreNotOffered_areRefused() {
		long unknown = 1L << 33;
		assertTrue(refusal(new DeviceState(unknown, 4, false, List.of(), List.of(), List.of()))
				.contains("not offered here: 0x" + Long.toHexString(unknown)));
	}

	@Test
	void multiportThatWasNotNegotiated_isRefused() throws Exception {
		target.device.features(kind.features());
		assertTrue(refusal(new DeviceState(kind.features() | ConsoleDevice.F_MULTIPORT, 4, false, List.of(), List.of(),
				List.of())).endsWith("only one of them has MULTIPORT"));
	}
}
