package bus.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** docs/tutorial.md is true: done as it is written, with a real guest, in a folder outside of this tree. */
@Tag("guest")
@Timeout(value = 900, unit = TimeUnit.SECONDS)
class TutorialTest {
	private static final Path PAGE = VportProcess.root().resolve("docs/tutorial.md");

	@TempDir
	Path home;

	@Test
	void page_followedLiterally_everyBlockIsTrue() throws Exception {
		try (var reader = new TutorialReader(home, VportProcess.logs(TutorialTest.class, "page"))) {
			for (var block : Tutorial.of(PAGE).blocks())
				reader.follow(block);
		}
	}

	@Test
	void page_itsFences_allRead() throws Exception {
		var blocks = Tutorial.of(PAGE).blocks();
		assertEquals(Files.readAllLines(PAGE).stream().filter(line -> line.startsWith("```")).count(),
				2L * blocks.size());
		assertTrue(blocks.stream().map(Tutorial.Block::kind).distinct().allMatch(List.of("sh", "text", "java")::contains));
	}
}
