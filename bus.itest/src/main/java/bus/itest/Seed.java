package bus.itest;

import java.util.Random;

import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Random data that can be had again: the seed is printed, and the framework property {@code vport.seed} sets it. */
final class Seed implements BeforeEachCallback {
	private Random random;

	@Override
	public void beforeEach(ExtensionContext test) {
		long seed = Long.getLong("vport.seed", System.nanoTime());
		System.out.println("vport.seed=" + seed + " " + test.getRequiredTestClass().getSimpleName() + "."
				+ test.getRequiredTestMethod().getName());
		random = new Random(seed);
	}

	/** Up to a bound, which is excluded. */
	int below(int bound) {
		return random.nextInt(bound);
	}

	byte[] bytes(int count) {
		var bytes = new byte[count];
		random.nextBytes(bytes);
		return bytes;
	}

	/** Letters, for what goes through terminals or is read by people. */
	byte[] letters(int count) {
		var bytes = new byte[count];
		for (int i = 0; i < count; i++)
			bytes[i] = (byte) ('a' + random.nextInt(26));
		return bytes;
	}
}
