package bus.vhostuser.loop;

/**
 * How long a loop looks at a bus's rings before it sleeps.
 *
 * @param micros at most so many microseconds at a time; 0 is never
 * @param budget what looking may cost, in percent of one processor
 */
public record Polling(int micros, int budget) {
	public static final int MOST_MICROS = 1000;
	public static final int DEFAULT_BUDGET = 20;
	public static final Polling OFF = new Polling(0, DEFAULT_BUDGET);
}
