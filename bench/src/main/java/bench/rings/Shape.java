package bench.rings;

import java.util.List;

import bus.core.virtio.Feature;

/**
 * What a ring looks like. As text, for JMH: {@code "split, 3 buffers, indirect, 8 regions, 64 B"}; only what is not the
 * default need be there.
 *
 * @param packed whether it is a packed ring
 * @param length buffers of a chain
 * @param indirect whether the chain is in a table of its own
 * @param regions of guest memory; neighbouring buffers are in different ones
 * @param writable whether the device writes the buffers
 * @param bytes of a buffer
 */
record Shape(boolean packed, int length, boolean indirect, int regions, boolean writable, int bytes) {
	/** Entries of every ring; a packed one has as many less as make chains fit. */
	static final int ENTRIES = 256;

	static Shape of(String text) {
		var words = List.of(text.split(", "));
		return new Shape(words.contains("packed"), number(words, " buffers", 1), words.contains("indirect"),
				number(words, " regions", 1), words.contains("to guest"), number(words, " B", 64));
	}

	private static int number(List<String> words, String unit, int otherwise) {
		return words.stream().filter(word -> word.endsWith(unit))
				.mapToInt(word -> Integer.parseInt(word.substring(0, word.length() - unit.length())))
				.findFirst().orElse(otherwise);
	}

	long features() {
		return Feature.VERSION_1 | Feature.EVENT_IDX | Feature.INDIRECT_DESC | (packed ? Feature.RING_PACKED : 0);
	}
}
