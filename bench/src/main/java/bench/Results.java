package bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** What a suite has measured: a file with one JSON line per figure, written as it comes; and its words to who waits for it. */
public final class Results {
	private static final JsonMapper JSON = new JsonMapper();

	private final Path file;
	private final long began = System.nanoTime();
	private final List<Figure> figures = new ArrayList<>();

	/** Begins a file anew. */
	Results(Path file) throws IOException {
		this.file = file;
		Files.createDirectories(file.toAbsolutePath().getParent());
		Files.writeString(file, "");
	}

	/** Adds a figure. */
	public void add(Figure figure) throws IOException {
		figures.add(figure);
		Files.writeString(file, JSON.writeValueAsString(figure) + "\n", StandardOpenOption.APPEND);
	}

	/** Says what is being done now. */
	public void step(String what) {
		System.out.printf(Locale.ROOT, "%6.1f s  %s%n", (System.nanoTime() - began) / 1e9, what);
	}

	/** The figures so far. */
	public List<Figure> figures() {
		return List.copyOf(figures);
	}

	/**
	 * Reads what a suite has left; nothing if it has not been run.
	 *
	 * @throws IOException if a line is none of ours
	 */
	public static List<Figure> read(Path file) throws IOException {
		var figures = new ArrayList<Figure>();
		if (Files.exists(file))
			for (var line : Files.readAllLines(file))
				try {
					figures.add(JSON.readValue(line, Figure.class));
				} catch (JacksonException e) {
					throw new IOException(file + ": this is no figure: " + line + "; run the suite again", e);
				}
		return figures;
	}
}
