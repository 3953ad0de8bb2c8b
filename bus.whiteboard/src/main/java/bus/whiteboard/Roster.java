package bus.whiteboard;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

import bus.api.HostPort;
import bus.api.PortInfo;
import bus.api.PortRefusedException;
import bus.api.SerialBus;
import bus.whiteboard.Entry.Stage;

/**
 * Brings every port to the bus that it names, for as long as both are there.
 *
 * <p>Any thread may call. The lock guards the maps and the entries' fields and is never held during a call to a bus, a
 * port or the framework: those may block, and may take locks of their own that another caller of this class holds. The
 * thread that moves an entry to a stage ending in -ING owns it until it moves it on; others wait for PLUGGING and
 * UNPLUGGING to end, which is safe because neither calls back, but never for FETCHING: Declarative Services may hold, in
 * the waiting thread, the very lock that the fetching one needs. The fetcher then finds the port or bus gone, and stops.
 */
final class Roster {
	/** In the line about a port whose bus is not there. */
	private static final int NAMED_BUSES = 20;

	private final ReentrantLock lock = new ReentrantLock();
	private final Condition moved = lock.newCondition();
	private final Map<Object, Entry> entries = new LinkedHashMap<>();
	/** By name; of several of one name the first serves. */
	private final Map<String, List<SerialBus>> buses = new HashMap<>();
	/** Who has which port: one object cannot be two. */
	private final Map<HostPort, Entry> owners = new IdentityHashMap<>();
	private final Holds holds = new Holds();
	private final Listing listing = new Listing(this::present, this::absent);
	private final Consumer<String> log;
	private final Executor later;
	/** How often a slot became free: tells a refused port whether to try again at once. */
	private long unplugs;

	/**
	 * @param log takes one line for the operator
	 * @param later runs a task when start-up has had time to bring the bus that a port waits for
	 */
	Roster(Consumer<String> log, Executor later) {
		this.log = log;
		this.later = later;
	}

	/** A port's service came. When this returns it is plugged, refused or waiting. */
	void add(Object key, Plan plan, PortSource source) {
		var entry = new Entry(plan, source);
		locked(() -> {
			if (!plan.problem().isEmpty())
				refuse(entry, plan.problem(), false);
			return entries.put(key, entry);
		});
		String freed = plan.problem().isEmpty() ? holds.prepare(plan) : "";
		plug(entry);
		if (!freed.isEmpty())
			retry(freed);
	}

	/** A port's service goes for good. When this returns the bus has let go of it. */
	void remove(Object key) {
		forget(key).ifPresent(entry -> {
			takeOff(entry, false);
			retry(machineOf(entry.plan.bus()));
		});
	}

	/**
	 * A port's service goes, and another is likely to come in its place. When this returns the bus has let go of it, and
	 * keeps the place.
	 *
	 * @param pid of its configuration; empty if it has none
	 * @param afterGrace runs a task when the other has had time enough
	 */
	void hold(Object key, String pid, Executor afterGrace) {
		forget(key).ifPresent(entry -> {
			var bus = locked(() -> entry.bus);
			if (!takeOff(entry, true))
				return;
			var hold = new Holds.Hold(bus, entry.plan, pid);
			holds.add(hold);
			afterGrace.execute(() -> {
				if (holds.expire(hold))
					retry(bus.vm());
			});
		});
	}

	/** A configuration is gone: nobody is to come any more in the place of its port. */
	void release(String pid) {
		if (holds.release(pid))
			idle(entry -> entry.tryAgain).forEach(this::plug);
	}

	private Optional<Entry> forget(Object key) {
		return locked(() -> {
			var entry = Optional.ofNullable(entries.remove(key));
			entry.ifPresent(e -> e.gone = true);
			return entry;
		});
	}

	/** The service's properties changed: nothing happens unless they ask for something else. */
	void update(Object key, Plan plan, PortSource source) {
		if (locked(() -> entries.containsKey(key) && entries.get(key).plan.equals(plan)))
			return;
		remove(key);
		add(key, plan, source);
	}

	void addBus(SerialBus bus) {
		locked(() -> buses.computeIfAbsent(bus.name(), name -> new ArrayList<>()).add(bus));
		idle(entry -> entry.plan.bus().equals(bus.name())).forEach(this::plug);
	}

	/** A bus's service goes. When this returns no port is on it. */
	void removeBus(SerialBus bus) {
		var its = locked(() -> {
			buses.computeIfPresent(bus.name(), (name, same) -> same.remove(bus) && same.isEmpty() ? null : same);
			return entries.values().stream().filter(entry -> entry.bus == bus).toList();
		});
		its.forEach(entry -> takeOff(entry, false));
		holds.forget(bus);
		retry(bus.vm());
		idle(entry -> entry.plan.bus().equals(bus.name())).forEach(this::plug); // finds no bus, and says so
	}

	Listing listing() {
		return listing;
	}

	private List<SerialBus> present() {
		return locked(() -> buses.values().stream().flatMap(List::stream)
				.sorted(Comparator.comparing(SerialBus::name)).toList());
	}

	private List<PortInfo> absent() {
		return locked(() -> {
			String known = known();
			return entries.values().stream().filter(entry -> entry.is(Stage.IDLE)).map(entry -> PortInfo
					.absent(entry.plan.bus(), entry.plan.request(), entry.state, problem(entry, known))).toList();
		});
	}

	private List<Entry> idle(Predicate<Entry> which) {
		return locked(() -> entries.values().stream().filter(e -> e.is(Stage.IDLE)).filter(which).toList());
	}

	/** A number has become free on a bus, or a name on all buses of its machine. */
	private void retry(String vm) {
		idle(entry -> entry.tryAgain && machineOf(entry.plan.bus()).equals(vm)).forEach(this::plug);
	}

	/** Under the lock. */
	private Optional<SerialBus> find(String bus) {
		return Optional.ofNullable(buses.get(bus)).map(List::getFirst);
	}

	private String machineOf(String bus) {
		return locked(() -> find(bus).map(SerialBus::vm).orElse(bus));
	}

	/** Plugs an idle port, if its bus is there; leaves one alone that another thread moves. */
	private void plug(Entry entry) {
		boolean again = true;
		while (again && begin(entry)) {
			long seen = locked(() -> unplugs);
			again = attempt(entry, seen);
		}
	}

	private boolean begin(Entry entry) {
		lock.lock();
		try {
			if (!entry.is(Stage.IDLE) || entry.gone || !entry.plan.problem().isEmpty())
				return false;
			var bus = find(entry.plan.bus());
			if (bus.isEmpty()) {
				entry.state = PortInfo.State.WAITING;
				entry.problem = "";
				later.execute(() -> reportWaiting(entry));
				return false;
			}
			entry.bus = bus.get();
			move(entry, Stage.FETCHING);
			return true;
		} finally {
			lock.unlock();
		}
	}

	/**
	 * @param seen the number of unplugs before the attempt
	 * @return whether to try again
	 */
	private boolean attempt(Entry entry, long seen) {
		HostPort port;
		try {
			port = entry.source.get();
		} catch (PortRefusedException | RuntimeException e) {
			return refused(entry, e, false, seen);
		}
		if (!fetched(entry)) {
			entry.source.unget();
			return true;
		}
		try {
			checkOwn(port);
			entry.bus.plug(entry.plan.request(), port);
			holds.taken(entry.plan);
		} catch (PortRefusedException | RuntimeException e) {
			entry.source.unget();
			return refused(entry, e, e instanceof PortRefusedException && e.getCause() == null, seen);
		}
		if (plugged(entry, port))
			takeOff(entry, false);
		return false;
	}

	/** One object cannot be two ports: it would mix up their guests, and on two buses their threads. */
	private void checkOwn(HostPort port) throws PortRefusedException {
		var first = locked(() -> owners.get(port));
		if (first != null)
			throw new PortRefusedException("the same object is plugged as " + first.plan.source()
					+ " already; register an object of its own for each port");
	}

	private boolean fetched(Entry entry) {
		return locked(() -> {
			boolean wanted = !entry.gone && buses.getOrDefault(entry.plan.bus(), List.of()).contains(entry.bus);
			move(entry, wanted ? Stage.PLUGGING : Stage.IDLE);
			return wanted;
		});
	}

	/** Answers whether the port took itself away meanwhile. */
	private boolean plugged(Entry entry, HostPort port) {
		return locked(() -> {
			entry.port = port;
			owners.put(port, entry);
			entry.state = PortInfo.State.PLUGGED;
			entry.problem = "";
			entry.tryAgain = false;
			move(entry, Stage.PLUGGED);
			return entry.gone;
		});
	}

	private boolean refused(Entry entry, Exception why, boolean tryAgain, long seen) {
		return locked(() -> {
			refuse(entry, why.getMessage() == null ? why.toString() : why.getMessage(), tryAgain);
			move(entry, Stage.IDLE);
			return tryAgain && unplugs != seen;
		});
	}

	private void refuse(Entry entry, String why, boolean tryAgain) {
		if (!why.equals(entry.problem))
			log.accept(entry.plan.source() + ": " + why);
		entry.state = PortInfo.State.REFUSED;
		entry.problem = why;
		entry.tryAgain = tryAgain;
	}

	/**
	 * When this returns the port is off its bus, whoever took it off.
	 *
	 * @param hold whether the bus is to keep the place
	 * @return whether this call took it off
	 */
	private boolean takeOff(Entry entry, boolean hold) {
		lock.lock();
		try {
			if (entry.mover == Thread.currentThread())
				return false; // the port took itself away while it is being plugged; plug() sees it
			while (entry.is(Stage.PLUGGING) || entry.is(Stage.UNPLUGGING))
				moved.awaitUninterruptibly();
			if (!entry.is(Stage.PLUGGED))
				return false;
			move(entry, Stage.UNPLUGGING);
		} finally {
			lock.unlock();
		}
		try {
			if (hold)
				entry.bus.hold(entry.port);
			else
				entry.bus.unplug(entry.port);
		} finally {
			letGo(entry);
		}
		return true;
	}

	private void letGo(Entry entry) {
		try {
			entry.source.unget();
		} finally {
			locked(() -> {
				owners.remove(entry.port, entry);
				entry.port = null;
				entry.state = PortInfo.State.WAITING;
				move(entry, Stage.IDLE);
				return unplugs++;
			});
		}
	}

	private void move(Entry entry, Stage stage) {
		entry.stage = stage;
		entry.mover = stage == Stage.IDLE || stage == Stage.PLUGGED ? null : Thread.currentThread();
		if (stage == Stage.IDLE)
			entry.bus = null;
		moved.signalAll();
	}

	private <T> T locked(Supplier<T> section) {
		lock.lock();
		try {
			return section.get();
		} finally {
			lock.unlock();
		}
	}

	private void reportWaiting(Entry entry) {
		lock.lock();
		try {
			if (entry.is(Stage.IDLE) && !entry.gone && entry.state == PortInfo.State.WAITING)
				log.accept(entry.plan.source() + ": " + problem(entry, known()));
		} finally {
			lock.unlock();
		}
	}

	private String problem(Entry entry, String known) {
		return entry.state == PortInfo.State.WAITING ? "no bus " + entry.plan.bus() + "; buses: " + known : entry.problem;
	}

	/** Not all of a thousand: the line is said of each port that waits. Under the lock. */
	private String known() {
		var names = buses.keySet().stream().sorted().toList();
		if (names.size() > NAMED_BUSES)
			return String.join(", ", names.subList(0, NAMED_BUSES)) + " and " + (names.size() - NAMED_BUSES) + " more";
		return names.isEmpty() ? "none" : String.join(", ", names);
	}
}
