package port.console;

import bus.api.Attachable.Visitor;
import bus.api.Attachable.Wish;

/** Somebody at a console. Loop thread, but for what is volatile. */
final class Visit {
	private final String name;
	private final Way way;
	private volatile Wish wish;
	/** Rows times 65536, and columns; 0 if not known. */
	private volatile int size;
	private volatile boolean ended;
	/** Has heard since the last change of roles that what it types goes nowhere. */
	private boolean refused;

	Visit(Visitor visitor, Way way) {
		this.name = visitor.name();
		this.wish = visitor.wish();
		this.way = way;
	}

	String name() {
		return name;
	}

	Way way() {
		return way;
	}

	Wish wish() {
		return wish;
	}

	void wish(Wish wanted) {
		wish = wanted;
	}

	int size() {
		return size;
	}

	/** Any thread. */
	void size(int columns, int rows) {
		if ((columns | rows) >>> 16 != 0)
			throw new IllegalArgumentException("columns=" + columns + " rows=" + rows + "; allowed: 0 to 65535");
		size = columns == 0 || rows == 0 ? 0 : rows << 16 | columns;
	}

	void size(int packed) {
		size = packed;
	}

	boolean isEnded() {
		return ended;
	}

	void ended() {
		ended = true;
	}

	/** Answers whether this is the first time since the last change of roles. */
	boolean refuse() {
		boolean first = !refused;
		refused = true;
		return first;
	}

	void roleChanged() {
		refused = false;
	}
}
