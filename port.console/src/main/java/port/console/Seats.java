package port.console;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

import bus.api.Attachable.Wish;
import bus.api.GuestPort;

/**
 * Who is at a console: any number who watch, and one who writes. The writer's seat is taken and given up at once, on any
 * thread, so that nobody who was told that they write types into the void; all else happens on the loop.
 */
final class Seats {
	private static final System.Logger LOG = System.getLogger("port.console");

	private final GuestPort guest;
	private final Keyboard keyboard;
	private final AtomicReference<Visit> seat = new AtomicReference<>();
	/** In the order in which they have waited for the seat. A new list at each change: others look on. */
	private volatile List<Visit> visits = List.of();
	private volatile boolean over;
	/** The size that the guest was told; 0 for none. */
	private volatile int told;
	private final Resized resized;
	/** What those who have gone never had. */
	private volatile long lostBefore;

	/** Hears of the sizes that the guest is told. */
	@FunctionalInterface
	interface Resized {
		void to(int columns, int rows);
	}

	Seats(GuestPort guest, Keyboard keyboard, Resized resized) {
		this.guest = guest;
		this.keyboard = keyboard;
		this.resized = resized;
	}

	// ---- any thread

	/** The port was unplugged: nobody is here any more. */
	void over() {
		over = true;
	}

	boolean isOver() {
		return over;
	}

	List<Visit> visits() {
		return visits;
	}

	/** Who writes; null if nobody does. */
	Visit writer() {
		return seat.get();
	}

	/** Bytes that visitors never had, because they did not keep up. */
	long lost() {
		long lost = lostBefore;
		for (var visit : visits)
			if (!(visit.way() instanceof TerminalWay))
				lost += visit.way().lost();
		return lost;
	}

	/** The size that the guest was told. */
	String size() {
		return told == 0 ? "not told" : (told & 0xffff) + "x" + (told >>> 16);
	}

	int toldSize() {
		return told;
	}

	/** What an earlier instance has told the guest, which remembers it. */
	void toldSize(int size) {
		told = size;
	}

	boolean writes(Visit visit) {
		return seat.get() == visit;
	}

	/**
	 * Takes the seat if the visit's wish allows it.
	 *
	 * @return who had it and was sent away; null for nobody
	 */
	Visit sit(Visit visit) {
		if (visit.wish() == Wish.FORCE)
			return seat.getAndSet(visit);
		if (visit.wish() == Wish.ATTACH)
			seat.compareAndSet(null, visit);
		return null;
	}

	/** Gives back a seat that was taken for nothing. */
	void abandon(Visit visit) {
		seat.compareAndSet(visit, null);
	}

	/** Takes keys of the one who writes, as many as there is room for; answers how many. */
	int type(Visit visit, ByteBuffer keys) {
		if (!mayType(visit)) {
			guest.execute(() -> refuse(visit));
			return 0;
		}
		int taken = keyboard.put(keys);
		guest.readable();
		return taken;
	}

	/** A seat that nobody has is taken by typing. */
	private boolean mayType(Visit visit) {
		if (writes(visit))
			return true;
		if (visit.wish() == Wish.SPY || !seat.compareAndSet(null, visit))
			return false;
		guest.execute(() -> {
			if (visit.isEnded()) { // meanwhile, on another thread: nobody would give the seat back
				giveUp(visit);
				return;
			}
			log(visit.name() + " writes");
			tellSize();
		});
		return true;
	}

	// ---- loop thread

	/**
	 * A visit begins.
	 *
	 * @param ousted as {@link #sit} has answered
	 * @param replay how much of what was said before is shown
	 */
	void enter(Visit visit, Visit ousted, int replay) {
		join(visit);
		oust(ousted, visit);
		visit.way().replay(replay);
		log(visit.name() + " has come and " + (writes(visit) ? "writes" : "watches"));
		visit.way().tell("you are at " + place() + " and " + roleOf(visit) + others(visit));
		tellSize();
	}

	/** Somebody is there who may not want to be spoken to: who sits at the pseudo terminal may be a program. */
	void enterQuietly(Visit visit) {
		join(visit);
		log(visit.name() + " has come");
	}

	/** A visit that an update of this bundle has interrupted goes on. */
	void resume(Visit visit, boolean writes) {
		join(visit);
		if (writes)
			seat.set(visit);
	}

	private void join(Visit visit) {
		var more = new ArrayList<>(visits);
		more.add(visit);
		visits = List.copyOf(more);
	}

	private String roleOf(Visit visit) {
		if (writes(visit))
			return "write";
		return visit.wish() == Wish.SPY ? "watch only" : "watch";
	}

	private String others(Visit visit) {
		var writer = seat.get();
		int watchers = (int) visits.stream().filter(other -> other != visit && other != writer).count();
		return (writer == null || writer == visit ? "" : "; " + writer.name() + " writes")
				+ (watchers == 0 ? "" : "; watching: " + watchers + (writer == visit ? "" : " more"));
	}

	/** The one who was sent away waits from now on, behind those who waited before. */
	private void oust(Visit ousted, Visit by) {
		if (ousted == null || ousted == by)
			return;
		toTheEnd(ousted);
		ousted.roleChanged();
		ousted.way().tell(by.name() + " has taken the console; you are watching");
		log(by.name() + " has taken the console from " + ousted.name());
	}

	private void toTheEnd(Visit visit) {
		if (!visits.contains(visit))
			return;
		var order = new ArrayList<>(visits);
		order.remove(visit);
		order.add(visit);
		visits = List.copyOf(order);
	}

	/** A visit ends. Its seat goes to the one who has waited longest. */
	void leave(Visit visit) {
		if (!visits.contains(visit))
			return;
		visit.ended();
		if (!(visit.way() instanceof TerminalWay)) // which stays, and counts on
			lostBefore += visit.way().lost();
		visits = visits.stream().filter(other -> other != visit).toList();
		log(visit.name() + " has gone");
		giveUp(visit);
		visit.way().end();
	}

	private void giveUp(Visit visit) {
		var next = visits.stream().filter(other -> other != visit && other.wish() != Wish.SPY && !other.isEnded())
				.findFirst().orElse(null);
		if (!seat.compareAndSet(visit, next) || next == null)
			return;
		next.roleChanged();
		next.way().tell(visit.name() + " has left the console; you write now");
		log(next.name() + " writes now");
		tellSize();
		next.way().pull();
	}

	/** A visitor wants another role than before. */
	void change(Visit visit, Wish wish) {
		visit.wish(wish);
		visit.roleChanged();
		if (wish == Wish.SPY)
			giveUp(visit);
		else
			oust(sit(visit), visit);
		visit.way().tell("you " + roleOf(visit) + others(visit));
		tellSize();
	}

	/** Who types and does not write is told so, once. */
	private void refuse(Visit visit) {
		if (!visit.isEnded() && !writes(visit) && visit.refuse())
			visit.way().tell(visit.wish() == Wish.SPY ? "you watch only; what you type goes nowhere"
					: "you are watching, what you type goes nowhere" + others(visit));
	}

	/** As {@link #type}, and forgets the keys of somebody who does not write; answers whether all are done with. */
	boolean typeOrForget(Visit visit, ByteBuffer keys) {
		if (keys.hasRemaining() && type(visit, keys) == 0 && !writes(visit))
			keys.position(keys.limit());
		return !keys.hasRemaining();
	}

	/** Tells the guest the size of the writer's terminal, if it is known and news. */
	void tellSize() {
		var writer = seat.get();
		if (writer != null)
			tellSize(writer.size());
	}

	/** Likewise a size that is nobody's yet. */
	void tellSize(int size) {
		if (size == 0 || size == told)
			return;
		told = size;
		guest.resize(size & 0xffff, size >>> 16);
		resized.to(size & 0xffff, size >>> 16);
	}

	/** For somebody who asks who is there. */
	String who() {
		var writer = seat.get();
		var watchers = visits.stream().filter(visit -> visit != writer).map(Visit::name).toList();
		return (writer == null ? "nobody writes" : writer.name() + " writes")
				+ (watchers.isEmpty() ? "" : "; watching: " + String.join(", ", watchers));
	}

	String place() {
		return guest.bus() + " port " + guest.id() + (guest.name().isEmpty() ? "" : " " + guest.name());
	}

	private void log(String what) {
		LOG.log(System.Logger.Level.INFO, place() + ": " + what);
	}
}
