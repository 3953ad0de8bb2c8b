package bus.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

/**
 * Keeps docs/statements.md true: which tests show which statement. A test says so with its name, which begins with the
 * numbers, as in {@code s41_s39_shortTake_throttlesAtTheByte}.
 */
class StatementsTest {
	private static final Path ROOT = VportProcess.root();
	private static final Path TABLE = ROOT.resolve("docs/statements.md");
	private static final Pattern TEST = Pattern.compile("void ((?:s\\d\\d_)+)(\\w+)\\(");
	private static final String HEAD = """
			# What the bus does, and which tests show it

			The bus behaves as QEMU's `virtio-serial-bus` does, in the 73 respects that a guest or an operator can notice,
			except where the remark says otherwise. A test's name begins with the numbers of the statements that it shows.

			This table is made from the tests: `StatementsTest` fails when it is out of date, and says how to renew it.

			| | Statement | Remark | Tests |
			|---|---|---|---|
			""";

	@Test
	void statements_eachHasATest_andTheTableSaysWhich() throws IOException {
		var table = new StringBuilder(HEAD);
		var tests = tests();
		var untested = new ArrayList<String>();
		for (var line : Files.readAllLines(ROOT.resolve("bus.itest/src/test/statements.txt"))) {
			if (line.startsWith("#"))
				continue;
			var parts = line.split("\\|", -1);
			String number = parts[0].strip();
			var names = tests.getOrDefault(number, new TreeSet<>());
			if (names.isEmpty())
				untested.add(number);
			table.append("| ").append(Integer.parseInt(number)).append(" | ").append(parts[1].strip()).append(" | ")
					.append(parts[2].strip()).append(" | ").append(String.join("<br>", names)).append(" |\n");
		}
		assertEquals(List.of(), untested, "statements without a test");
		assertEquals(73, tests.size(), "statements have numbers from 01 to 73: " + tests.keySet());
		if (!Files.exists(TABLE) || !Files.readString(TABLE).contentEquals(table)) {
			var renewed = Files.writeString(ROOT.resolve("bus.itest/target/statements.md"), table);
			throw new AssertionError("the table is out of date; renew it: cp " + ROOT.relativize(renewed) + " "
					+ ROOT.relativize(TABLE));
		}
	}

	/** The names of the tests of each statement, by its number of two digits. */
	private static Map<String, SortedSet<String>> tests() throws IOException {
		var tests = new TreeMap<String, SortedSet<String>>();
		for (var source : sources()) {
			String name = source.getFileName().toString().replace(".java", "");
			var matcher = TEST.matcher(Files.readString(source));
			while (matcher.find())
				for (var number : matcher.group(1).replace("s", "").split("_"))
					tests.computeIfAbsent(number, key -> new TreeSet<>())
							.add("[%s](../%s) %s".formatted(name, ROOT.relativize(source), matcher.group(2)));
		}
		return tests;
	}

	private static Collection<Path> sources() throws IOException {
		try (var paths = Files.list(ROOT)) {
			var sources = new TreeSet<Path>();
			for (var module : (Iterable<Path>) paths::iterator)
				for (var folder : List.of("src/test/java", "bus.itest".equals(module.getFileName().toString())
						? "src/main/java" : "src/test/java"))
					addSources(module.resolve(folder), sources);
			return sources;
		}
	}

	private static void addSources(Path folder, Collection<Path> sources) throws IOException {
		if (!Files.isDirectory(folder))
			return;
		try (Stream<Path> paths = Files.walk(folder)) {
			paths.filter(path -> path.toString().endsWith(".java")).forEach(sources::add);
		}
	}
}
