package bus.api;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds what somebody meant who made a slip of the fingers. */
public final class Spelling {
	/** A word that differs in more places was not mistyped: it is another one. */
	private static final int MAX_SLIPS = 2;
	/** Of a word as short as this one slip is a third already; of a shorter one there is nothing left. */
	private static final int SHORT = 3;

	private Spelling() {
	}

	/**
	 * Answers the known word nearest to one that is not known, if one is near: at most two letters dropped, added or
	 * changed, fewer in short words. Of equally near ones the first.
	 *
	 * @param word as typed
	 * @param known what would have been right
	 */
	public static Optional<String> nearest(String word, Collection<String> known) {
		return known.stream().filter(candidate -> slips(word, candidate) <= tolerated(word, candidate))
				.min(Comparator.comparingInt(candidate -> slips(word, candidate)));
	}

	/**
	 * The same as the middle of a message, between what is wrong and what is allowed: {@code "; did you mean path?"}, or
	 * {@code ";"} alone.
	 *
	 * @param word as typed
	 * @param known what would have been right
	 */
	public static String hint(String word, Collection<String> known) {
		return nearest(word, known).map(it -> "; did you mean " + it + "?").orElse(";");
	}

	private static int tolerated(String word, String candidate) {
		int length = Math.max(word.length(), candidate.length());
		return length > SHORT ? MAX_SLIPS : length == SHORT ? 1 : 0;
	}

	/** Letters to insert, drop or change (Levenshtein's distance). */
	private static int slips(String a, String b) {
		int[] row = new int[b.length() + 1];
		Arrays.setAll(row, j -> j);
		for (int i = 1; i <= a.length(); i++) {
			int diagonal = row[0];
			row[0] = i;
			for (int j = 1; j <= b.length(); j++) {
				int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
				diagonal = row[j];
				row[j] = Math.min(change, 1 + Math.min(row[j], row[j - 1]));
			}
		}
		return row[b.length()];
	}
}
