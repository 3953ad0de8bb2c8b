package bench.guest;

import java.util.ArrayList;
import java.util.List;

/**
 * What is done to a device.
 *
 * @param kind which way bytes go
 * @param piece bytes in one write
 * @param ports at how many ports at once
 */
record Scenario(Kind kind, int piece, int ports) {

	enum Kind {
		GUEST_TO_HOST("guest to host"), HOST_TO_GUEST("host to guest"), HOST_PINGS("ping-pong begun by the host"), GUEST_PINGS(
				"ping-pong begun by the guest");

		private final String words;

		Kind(String words) {
			this.words = words;
		}
	}

	private static final int KIB = 1024;

	/** Those of a full run. */
	static List<Scenario> all() {
		var all = new ArrayList<Scenario>();
		for (int ports : new int[] { 1, 8 }) {
			for (int piece : new int[] { 1, 64, 4 * KIB, 32 * KIB, KIB * KIB })
				all.add(new Scenario(Kind.GUEST_TO_HOST, piece, ports));
			for (int piece : new int[] { 64, 4 * KIB, 64 * KIB, KIB * KIB })
				all.add(new Scenario(Kind.HOST_TO_GUEST, piece, ports));
		}
		all.addAll(roundTrips());
		return all;
	}

	/** Enough to see that everything works. */
	static List<Scenario> few() {
		var few = new ArrayList<>(List.of(new Scenario(Kind.GUEST_TO_HOST, 64, 1),
				new Scenario(Kind.GUEST_TO_HOST, 32 * KIB, 1), new Scenario(Kind.GUEST_TO_HOST, 4 * KIB, 8),
				new Scenario(Kind.HOST_TO_GUEST, 4 * KIB, 1), new Scenario(Kind.HOST_TO_GUEST, 64 * KIB, 8)));
		few.addAll(roundTrips().subList(0, 1));
		return few;
	}

	private static List<Scenario> roundTrips() {
		return List.of(new Scenario(Kind.HOST_PINGS, 1, 1), new Scenario(Kind.HOST_PINGS, KIB, 1),
				new Scenario(Kind.GUEST_PINGS, 1, 1), new Scenario(Kind.GUEST_PINGS, KIB, 1));
	}

	/** Whether round trips are counted and not bytes. */
	boolean pings() {
		return kind == Kind.HOST_PINGS || kind == Kind.GUEST_PINGS;
	}

	@Override
	public String toString() {
		var size = piece < KIB ? piece + " B" : piece < KIB * KIB ? piece / KIB + " KiB" : piece / KIB / KIB + " MiB";
		return pings() ? kind.words + ", " + size
				: kind.words + ", " + size + ", " + (ports == 1 ? "1 port" : ports + " ports");
	}
}
