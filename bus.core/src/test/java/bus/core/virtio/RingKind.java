package bus.core.virtio;

import java.util.ArrayList;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** One of all combinations of the features that decide what a ring looks like: what is tested with one is with all. */
public record RingKind(long features) {
	private static final long[] SWITCHES = { Feature.RING_PACKED, Feature.EVENT_IDX, Feature.INDIRECT_DESC,
			Feature.IN_ORDER };
	private static final String[] NAMES = { "packed", "event_idx", "indirect", "in_order" };

	/** What most guests have. */
	public static final RingKind USUAL = new RingKind(Feature.VERSION_1 | Feature.EVENT_IDX | Feature.INDIRECT_DESC);

	/** All sixteen; a source for parameterised tests. */
	public static Stream<RingKind> all() {
		return IntStream.range(0, 1 << SWITCHES.length).mapToObj(RingKind::combination);
	}

	private static RingKind combination(int bits) {
		long features = Feature.VERSION_1;
		for (int i = 0; i < SWITCHES.length; i++)
			features |= (bits >> i & 1) * SWITCHES[i];
		return new RingKind(features);
	}

	public boolean has(long feature) {
		return Feature.has(features, feature);
	}

	@Override
	public String toString() {
		var names = new ArrayList<String>();
		for (int i = 0; i < SWITCHES.length; i++)
			if (has(SWITCHES[i]))
				names.add(NAMES[i]);
		return names.isEmpty() ? "split" : String.join("+", names);
	}
}
