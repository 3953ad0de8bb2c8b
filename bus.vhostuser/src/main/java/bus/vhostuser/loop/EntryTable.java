package bus.vhostuser.loop;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Finds the watch of an epoll event. A token holds place and generation, so that an event that was already fetched when
 * its watch ended finds nothing, even if the place has a new tenant. Loop thread.
 */
final class EntryTable {
	/** The token of the loop's own eventfd; no place has so high a number. */
	static final long WAKE_UP = 0xffffffffL;

	private DeviceLoop.Entry[] places = new DeviceLoop.Entry[64];
	private int[] generations = new int[64];
	private int[] free = new int[64];
	private int freeCount;
	private int used;

	long add(DeviceLoop.Entry entry) {
		int place = freeCount > 0 ? free[--freeCount] : next();
		places[place] = entry;
		entry.index = place;
		return token(place);
	}

	private int next() {
		if (used == places.length) {
			places = Arrays.copyOf(places, used * 2);
			generations = Arrays.copyOf(generations, used * 2);
			free = Arrays.copyOf(free, used * 2);
		}
		return used++;
	}

	/** What stands for the watch at a place. */
	long token(int place) {
		return (long) generations[place] << 32 | place;
	}

	void remove(DeviceLoop.Entry entry) {
		int place = entry.index;
		if (place < 0)
			return;
		places[place] = null;
		generations[place]++;
		free[freeCount++] = place;
		entry.index = -1;
	}

	/** A copy: what is done for one watch may end others. */
	List<DeviceLoop.Entry> all() {
		return Arrays.stream(places).filter(Objects::nonNull).toList();
	}

	/** The watch that a token stands for, or null if it has ended. */
	DeviceLoop.Entry get(long token) {
		int place = (int) token;
		if (place < 0 || place >= used || token(place) != token)
			return null;
		return places[place];
	}
}
