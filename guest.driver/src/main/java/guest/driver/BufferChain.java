package guest.driver;

import java.lang.foreign.MemorySegment;
import java.util.List;

/** Buffers that travel together, first what the device reads. */
record BufferChain(List<MemorySegment> readable, List<MemorySegment> writables) {

	BufferChain {
		if (readable.isEmpty() && writables.isEmpty())
			throw new IllegalArgumentException("a chain has at least one buffer");
	}

	int count() {
		return readable.size() + writables.size();
	}

	boolean isWritable(int index) {
		return index >= readable.size();
	}

	MemorySegment part(int index) {
		return isWritable(index) ? writables.get(index - readable.size()) : readable.get(index);
	}

	int length(int index) {
		return Math.toIntExact(part(index).byteSize());
	}

	long room() {
		return writables.stream().mapToLong(MemorySegment::byteSize).sum();
	}
}
