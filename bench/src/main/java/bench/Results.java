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

/**
 * What a suite has measured: a file whose first line says where and when, with one JSON line per figure, written as it comes.
 * And the suite's words to who waits for it.
 */
public final class Results {
	private static final JsonMapper JSON = new JsonMapper();

	/**
	 * A file read again.
	 *
	 * @param run where and when
	 */
	record Read(Run run, List<Figure> figures) {
	}

	private final Path file;
	private final long began = System.nanoTime();
	private final List<Figure> figures = new ArrayList<>();

	/** Begins a file anew. */
	Results(Path file, Run run) throws IOException {
		this.file = file;
		Files.createDirectories(file.toAbsolutePath().getParent());
		Files.writeString(file, JSON.writeValueAsString(run) + "\n");
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
	 * Reads what a suite has left.
	 *
	 * @throws IOException if there is nothing, or a line that is none of ours
	 */
	static Read read(Path file) throws IOException {
		var lines = Files.readAllLines(file);
		if (lines.isEmpty())
			throw new IOException(file + ": empty; run the suite again");
		try {
			var read = new ArrayList<Figure>();
			for (var line : lines.subList(1, lines.size()))
				read.add(JSON.readValue(line, Figure.class));
			return new Read(JSON.readValue(lines.getFirst(), Run.class), List.copyOf(read));
		} catch (JacksonException e) {
			throw new IOException(file + ": not what a suite has written; run it again", e);
		}
	}
}
