package bench;

import java.io.IOException;
import java.util.List;

/** One group of measurements, called by its name: {@code ./vport bench NAME}. */
public interface Suite {

	/** What it is called; the name of its file of figures, too. */
	String name();

	/** What it measures, in one line, for {@code ./vport bench --help}. */
	String about();

	/**
	 * Measures. Says what it does on {@code results}' progress lines.
	 *
	 * @throws IOException if something it needs cannot be had; the message says what to do
	 */
	void run(Settings settings, Results results) throws IOException, InterruptedException;

	/** The pictures that its figures are looked at with. A figure that is missing leaves a gap. */
	List<Plot> plots();
}
