package bus.shell.command;

import java.util.AbstractList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Several records, as a list for scripts and as one table for people. A class of ours, because Gogo cannot call the methods
 * of the JDK's unmodifiable lists: their classes are hidden.
 */
public final class Listing<T extends Shown> extends AbstractList<T> implements Shown {
	private final List<T> records;
	private final Function<List<T>, String> layout;

	public Listing(List<T> records, Function<List<T>, String> layout) {
		this.records = List.copyOf(records);
		this.layout = layout;
	}

	@Override
	public T get(int index) {
		return records.get(index);
	}

	@Override
	public int size() {
		return records.size();
	}

	@Override
	public String table() {
		return layout.apply(records);
	}

	@Override
	public String line() {
		return records.stream().map(Shown::line).collect(Collectors.joining("; "));
	}
}
