package bus.whiteboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import bus.api.BusEvent;
import bus.api.BusInfo;
import bus.api.HostPort;
import bus.api.PortInfo;
import bus.api.PortRefusedException;
import bus.api.PortRequest;
import bus.api.SerialBus;

class RosterTest {
	private static final Duration DEADLINE = Duration.ofSeconds(10);

	private final List<String> log = new ArrayList<>();
	private final List<Runnable> later = new ArrayList<>();
	private final Roster roster = new Roster(log::add, later::add);

	@Test
	void port_itsBusIsThere_plugged() {
		var bus = new FakeBus("vm1");
		roster.addBus(bus);
		var port = new FakePort();
		roster.add("a", plan("a", "vm1", "n"), port);
		assertEquals(List.of("a PLUGGED "), listed());
		roster.remove("a");
		assertEquals(List.of(), listed());
		assertEquals(0, port.users);
	}

	@Test
	void port_itsBusIsMissingAmongMany_someAreNamed() {
		for (int i = 10; i < 35; i++)
			roster.addBus(new FakeBus("vm" + i));
		roster.add("a", plan("a", "vm99", "n"), new FakePort());
		later.forEach(Runnable::run);
		assertTrue(log.getLast().contains("no bus vm99; buses: vm10, vm11") && log.getLast().endsWith("vm29 and 5 more"),
				log.getLast());
	}

	@Test
	void port_itsBusComesLater_waitsUnactivatedThenPlugged() {
		roster.addBus(new FakeBus("vm1"));
		var port = new FakePort();
		roster.add("a", plan("a", "vm9", "n"), port);
		later.removeFirst().run();
		assertEquals(0, port.gets);
		assertEquals(List.of("a WAITING no bus vm9; buses: vm1"), listed());
		assertEquals(List.of("a.cfg: no bus vm9; buses: vm1"), log);
		roster.addBus(new FakeBus("vm9"));
		assertEquals(List.of("a PLUGGED "), listed());
	}

	@Test
	void port_itsBusComesSoon_nothingLogged() {
		roster.add("a", plan("a", "vm1", "n"), new FakePort());
		roster.addBus(new FakeBus("vm1"));
		later.removeFirst().run();
		assertEquals(List.of(), log);
	}

	@Test
	void badPlan_added_refusedAndNeverActivated() {
		roster.addBus(new FakeBus("vm1"));
		var port = new FakePort();
		roster.add("a", plan("a", "vm1", "n").refused("id=abc; allowed: x"), port);
		assertEquals(List.of("a REFUSED id=abc; allowed: x"), listed());
		assertEquals(List.of("a.cfg: id=abc; allowed: x"), log);
		assertEquals(0, port.gets);
	}

	@Test
	void duplicate_otherUnplugged_triedAgain() {
		roster.addBus(new FakeBus("vm1"));
		var second = new FakePort();
		roster.add("a", plan("a", "vm1", "n"), new FakePort());
		roster.add("b", plan("b", "vm1", "n"), second);
		roster.add("c", plan("c", "vm1", "other"), new FakePort());
		assertEquals(List.of("a PLUGGED ", "c PLUGGED ", "b REFUSED duplicate n"), listed());
		roster.remove("c");
		assertEquals(List.of("b.cfg: duplicate n"), log, "refused again for the same reason: not said again");
		assertEquals(0, second.users);
		roster.remove("a");
		assertEquals(List.of("b PLUGGED "), listed());
	}

	@Test
	void s08_nameOfAnotherBusOfTheMachine_unplugged_triedAgain() {
		var first = new FakeBus("one", "twins");
		var second = new FakeBus("two", "twins");
		second.sibling = first;
		roster.addBus(first);
		roster.addBus(second);
		roster.add("a", plan("a", "one", "n"), new FakePort());
		roster.add("b", plan("b", "two", "n"), new FakePort());
		assertEquals(List.of("a PLUGGED ", "b REFUSED duplicate n"), listed());
		roster.remove("a");
		assertEquals(List.of("b PLUGGED "), listed());
	}

	@Test
	void duplicateUnpluggedWhileOtherIsBeingRefused_notMissed() {
		var bus = new FakeBus("vm1");
		roster.addBus(bus);
		roster.add("a", plan("a", "vm1", "n"), new FakePort());
		bus.beforeRefusal = () -> roster.remove("a");
		roster.add("b", plan("b", "vm1", "n"), new FakePort());
		assertEquals(List.of("b PLUGGED "), listed());
	}

	@Test
	void activationFailure_getting_refusedWithItsReason() {
		roster.addBus(new FakeBus("vm1"));
		roster.add("a", plan("a", "vm1", "n"), new FakePort() {
			@Override
			public HostPort get() throws PortRefusedException {
				throw new PortRefusedException("cannot be activated: why", new IllegalStateException());
			}
		});
		assertEquals(List.of("a REFUSED cannot be activated: why"), listed());
	}

	@Test
	void bus_removed_portsOffAndWaiting() {
		var bus = new FakeBus("vm1");
		roster.addBus(bus);
		var port = new FakePort();
		roster.add("a", plan("a", "vm1", "n"), port);
		roster.removeBus(bus);
		assertEquals(Map.of(), bus.plugged);
		assertEquals(0, port.users);
		assertEquals(List.of("a WAITING no bus vm1; buses: none"), listed());
	}

	@Test
	void bus_closedWhileItIsListed_isLeftOut() {
		var closing = new FakeBus("vm1");
		roster.addBus(closing);
		roster.addBus(new FakeBus("vm2"));
		roster.add("a", plan("a", "vm2", "n"), new FakePort());
		closing.beforeListing = () -> {
			roster.removeBus(closing);
			throw new IllegalStateException("bus vm1 is closed");
		};
		assertEquals(List.of("a PLUGGED "), listed());
	}

	@Test
	void bus_thatDoesNotAnswer_saysSo() {
		var stuck = new FakeBus("vm1");
		roster.addBus(stuck);
		stuck.beforeListing = () -> {
			throw new IllegalStateException("bus vm1 does not answer");
		};
		assertThrows(IllegalStateException.class, this::listed);
	}

	@Test
	void portRemoved_whileItIsBeingPlugged_offWhenRemoveReturns() throws Exception {
		var bus = new FakeBus("vm1");
		roster.addBus(bus);
		var inside = new CountDownLatch(1);
		var go = new CountDownLatch(1);
		bus.beforePlug = () -> {
			inside.countDown();
			await(go);
		};
		var port = new FakePort();
		var plugger = Thread.ofPlatform().start(() -> roster.add("a", plan("a", "vm1", "n"), port));
		await(inside);
		var remover = Thread.ofPlatform().start(() -> {
			roster.remove("a");
			assertEquals(Map.of(), bus.plugged);
		});
		assertTimeoutPreemptively(DEADLINE, () -> {
			while (remover.getState() != Thread.State.WAITING)
				Thread.onSpinWait();
		});
		go.countDown();
		assertTrue(plugger.join(DEADLINE) && remover.join(DEADLINE));
		assertEquals(Map.of(), bus.plugged);
		assertEquals(0, port.users);
	}

	@Test
	void portRemoved_whileItIsBeingFetched_removeDoesNotWait() {
		roster.addBus(new FakeBus("vm1"));
		var fetching = new CountDownLatch(1);
		var go = new CountDownLatch(1);
		var port = new FakePort() {
			@Override
			public HostPort get() throws PortRefusedException {
				fetching.countDown();
				await(go);
				return super.get();
			}
		};
		assertTimeoutPreemptively(DEADLINE, () -> {
			var plugger = Thread.ofPlatform().start(() -> roster.add("a", plan("a", "vm1", "n"), port));
			await(fetching);
			roster.remove("a");
			go.countDown();
			plugger.join();
		});
		assertEquals(List.of(), listed());
		assertEquals(0, port.users);
	}

	@Test
	void port_removesItselfWhilePlugged_takenOff() {
		var bus = new FakeBus("vm1");
		roster.addBus(bus);
		bus.beforePlug = () -> roster.remove("a");
		assertTimeoutPreemptively(DEADLINE, () -> roster.add("a", plan("a", "vm1", "n"), new FakePort()));
		assertEquals(Map.of(), bus.plugged);
	}

	@Test
	void properties_changed_pluggedAnewOnlyIfTheyAskForSomethingElse() {
		roster.addBus(new FakeBus("vm1"));
		var port = new FakePort();
		roster.add("a", plan("a", "vm1", "n"), port);
		roster.update("a", plan("a", "vm1", "n"), port);
		assertEquals(1, port.gets);
		roster.update("a", plan("a", "vm1", "m"), port);
		assertEquals(2, port.gets);
		assertEquals(1, port.users);
	}

	@Test
	void held_anotherComes_takesItsPlace_timeRunsOutInVain() throws Exception {
		var bus = new FakeBus("vm1");
		roster.addBus(bus);
		roster.add("a", plan("a", "vm1", "n"), new FakePort());
		roster.hold("a", "fake~a", later::add);
		assertEquals(List.of("a HELD "), listed());
		roster.add("a2", plan("a", "vm1", "n"), new FakePort());
		assertEquals(List.of("a PLUGGED "), listed());
		roster.hold("a2", "fake~a", later::add);
		later.removeFirst().run();
		assertEquals(List.of("a HELD "), listed(), "the time that ran out was the first one's");
		later.removeFirst().run();
		assertEquals(List.of(), listed());
	}

	@Test
	void held_timeRunsOut_whoWaitsForTheNameGetsIt() throws Exception {
		roster.addBus(new FakeBus("vm1"));
		roster.add("a", plan("a", "vm1", "n"), new FakePort());
		roster.add("b", plan("b", "vm1", "n"), new FakePort());
		roster.hold("a", "fake~a", later::add);
		assertEquals(List.of("a HELD ", "b REFUSED duplicate n"), listed());
		later.removeFirst().run();
		assertEquals(List.of("b PLUGGED "), listed());
	}

	@Test
	void held_configurationDeleted_givenUpAtOnce_whoWaitsGetsItsName() throws Exception {
		roster.addBus(new FakeBus("vm1"));
		roster.add("a", plan("a", "vm1", "n"), new FakePort());
		roster.add("b", plan("b", "vm1", "n"), new FakePort());
		roster.hold("a", "fake~a", later::add);
		roster.release("fake~other");
		assertEquals(List.of("a HELD ", "b REFUSED duplicate n"), listed());
		roster.release("fake~a");
		assertEquals(List.of("b PLUGGED "), listed());
	}

	@Test
	void held_itComesWithAnotherNameOrBus_placeGivenUp() throws Exception {
		var one = new FakeBus("vm1");
		var two = new FakeBus("vm2");
		roster.addBus(one);
		roster.addBus(two);
		roster.add("a", plan("a", "vm1", "n"), new FakePort());
		roster.hold("a", "fake~a", later::add);
		roster.add("b", plan("b", "vm1", "n"), new FakePort());
		assertEquals(List.of("a HELD ", "b REFUSED duplicate n"), listed());
		roster.add("a2", plan("a", "vm1", "m"), new FakePort());
		assertEquals(List.of(), one.held);
		assertEquals(List.of("a PLUGGED ", "b PLUGGED "), listed(), "the name is free");
		roster.remove("b");
		roster.hold("a2", "fake~a", later::add);
		roster.add("a3", plan("a", "vm2", "m"), new FakePort());
		assertEquals(List.of(), one.held);
		assertEquals(List.of("a PLUGGED "), listed());
	}

	@Test
	void held_itComesBroken_onlyWhyIsListed_placeKept() throws Exception {
		var bus = new FakeBus("vm1");
		roster.addBus(bus);
		roster.add("a", plan("a", "vm1", "n"), new FakePort());
		roster.hold("a", "fake~a", later::add);
		roster.add("a2", plan("a", "vm1", "n").refused("path=x; allowed: y"), new FakePort());
		assertEquals(List.of("a REFUSED path=x; allowed: y"), listed());
		assertEquals(1, bus.held.size());
	}

	@Test
	void held_itsBusGoes_forgotten() throws Exception {
		var bus = new FakeBus("vm1");
		roster.addBus(bus);
		roster.add("a", plan("a", "vm1", "n"), new FakePort());
		roster.hold("a", "fake~a", later::add);
		roster.removeBus(bus);
		later.removeFirst().run();
		assertEquals(1, bus.held.size(), "a bus that has gone is not called");
	}

	@Test
	void refusedPort_itsServiceGoes_nothingIsHeld() throws Exception {
		var bus = new FakeBus("vm1");
		roster.addBus(bus);
		roster.add("a", plan("a", "vm1", "n").refused("path=x; allowed: y"), new FakePort());
		roster.hold("a", "fake~a", later::add);
		assertEquals(List.of(), listed());
		assertEquals(List.of(), later);
	}

	@Test
	void sameObject_twoPorts_secondRefused() throws Exception {
		roster.addBus(new FakeBus("vm1"));
		roster.addBus(new FakeBus("vm2"));
		var port = new FakePort();
		roster.add("a", plan("a", "vm1", "n"), port);
		roster.add("b", plan("b", "vm2", "m"), port);
		assertEquals(List.of("b.cfg: the same object is plugged as a.cfg already; register an object of its own for each"
				+ " port"), log);
	}

	private List<String> listed() {
		return roster.listing().ofPorts().stream().map(port -> port.label() + " " + port.state() + " " + port.problem()).toList();
	}

	private static Plan plan(String label, String bus, String name) {
		return new Plan(label + ".cfg", bus, new PortRequest(label, "fake", name, PortRequest.ANY_ID, false), "");
	}

	private static void await(CountDownLatch latch) {
		try {
			latch.await();
		} catch (InterruptedException e) {
			throw new AssertionError(e);
		}
	}

	private static class FakePort implements PortSource, HostPort {
		int gets;
		int users;

		@Override
		public HostPort get() throws PortRefusedException {
			gets++;
			users++;
			return this;
		}

		@Override
		public void unget() {
			users--;
		}

		@Override
		public int guestData(ByteBuffer data) {
			return 0;
		}

		@Override
		public int hostData(ByteBuffer room) {
			return 0;
		}
	}

	private static final class FakeBus implements SerialBus {
		final Map<HostPort, PortRequest> plugged = new LinkedHashMap<>();
		final List<PortRequest> held = new ArrayList<>();
		Runnable beforePlug = () -> {
		};
		Runnable beforeRefusal = () -> {
		};
		Runnable beforeListing = () -> {
		};
		private final String name;
		private final String vm;
		/** The other bus of the machine, whose names count, too. */
		FakeBus sibling;

		FakeBus(String name) {
			this(name, name);
		}

		FakeBus(String name, String vm) {
			this.name = name;
			this.vm = vm;
		}

		@Override
		public String vm() {
			return vm;
		}

		@Override
		public String name() {
			return name;
		}

		@Override
		public BusInfo info() {
			return new BusInfo(name, vm, "/run/" + name, BusInfo.State.LISTENING, 31, 31, 0, 0, "");
		}

		@Override
		public List<PortInfo> ports() {
			beforeListing.run();
			return Stream.concat(plugged.values().stream().map(r -> PortInfo.absent(name, r, PortInfo.State.PLUGGED, "")),
					held.stream().map(r -> PortInfo.absent(name, r, PortInfo.State.HELD, ""))).toList();
		}

		@Override
		public PortInfo plug(PortRequest request, HostPort port) throws PortRefusedException {
			beforePlug.run();
			held.remove(request);
			if (hasName(request) || sibling != null && sibling.hasName(request)) {
				beforeRefusal.run();
				throw new PortRefusedException("duplicate " + request.name());
			}
			plugged.put(port, request);
			return PortInfo.absent(name, request, PortInfo.State.PLUGGED, "");
		}

		private boolean hasName(PortRequest request) {
			return Stream.concat(plugged.values().stream(), held.stream()).anyMatch(r -> r.name().equals(request.name()));
		}

		@Override
		public void unplug(HostPort port) {
			plugged.remove(port);
		}

		@Override
		public Trace trace(Consumer<BusEvent> listener) {
			throw new AssertionError("nobody traces here");
		}

		@Override
		public void hold(HostPort port) {
			held.add(plugged.remove(port));
		}

		@Override
		public void release(PortRequest request) {
			held.remove(request);
		}

		@Override
		public void open(int id) {
			throw new AssertionError();
		}

		@Override
		public void close(int id) {
			throw new AssertionError();
		}
	}
}
