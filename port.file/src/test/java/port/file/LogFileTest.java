package port.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogFileTest {
	@TempDir
	Path folder;

	private final VirtualClock clock = new VirtualClock("2026-03-31T23:58:00Z");
	private final List<LogFile> open = new ArrayList<>();

	private Path path() {
		return folder.resolve("y.log");
	}

	private Rotated rotated() {
		return new Rotated(path());
	}

	private LogFile file(String... more) throws IOException {
		var lines = new String[more.length + 1];
		lines[0] = "path=" + path();
		System.arraycopy(more, 0, lines, 1, more.length);
		var options = Configured.options(lines);
		var backups = new Backups(path(), options.rotate(), Duration.ofDays(options.maxage()), clock, FileChannel::open);
		backups.tidy();
		var file = new LogFile(path(), options, backups, new Cut(options, ZoneOffset.UTC), () -> {
		}, FileChannel::open, clock);
		open.add(file);
		return file;
	}

	@AfterEach
	void close() throws IOException {
		for (var file : open)
			file.close();
	}

	private static void write(LogFile file, String text) throws IOException {
		var data = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
		while (data.hasRemaining())
			file.write(data);
	}

	private String text(int number) throws IOException {
		return Files.readString(number == 0 ? path() : rotated().file(number, ""));
	}

	@Test
	void size_reached_cutAtTheEndOfTheLine() throws Exception {
		var file = file("size=4k");
		var line = "x".repeat(99) + "\n";
		write(file, line.repeat(100));
		assertEquals(4100, text(2).length());
		assertEquals(4100, text(1).length());
		assertEquals(10_000 - 8200, text(0).length());
		assertEquals(2, file.rotations());
		assertEquals(1800, file.size());
		assertEquals(10_000, file.written());
	}

	/** The end of the line may have come before, and with it the next byte is in the next file. */
	@Test
	void size_reachedWithALine_nextByteIsInTheNextFile() throws Exception {
		var file = file("size=4k");
		write(file, "x".repeat(4095) + "\n");
		assertEquals(List.of("y.log"), rotated().names());
		write(file, "y");
		assertEquals(4096, text(1).length());
		assertEquals("y", text(0));
	}

	@Test
	void lineInPieces_isNotCut() throws Exception {
		var file = file("size=4k");
		write(file, "x".repeat(4096));
		for (int i = 0; i < 4000; i++)
			write(file, "y");
		write(file, "\nz");
		assertEquals("x".repeat(4096) + "y".repeat(4000) + "\n", text(1));
		assertEquals("z", text(0));
	}

	@Test
	void noLines_cutWhereTheLongestLineWouldEnd() throws Exception {
		var file = file("size=10k");
		write(file, "x".repeat(100_000));
		assertEquals(14 << 10, text(1).length());
		assertEquals(14 << 10, text(2).length());
	}

	@Test
	void rotate_soManyAreKept_theOldestGoes() throws Exception {
		var file = file("size=4k", "rotate=2");
		for (int i = 0; i < 5; i++)
			write(file, ("" + i).repeat(4095) + "\n");
		assertEquals(List.of("y.log", "y.log.1", "y.log.2"), rotated().names());
		assertEquals("4", text(0).substring(0, 1));
		assertEquals("3", text(1).substring(0, 1));
		assertEquals("2", text(2).substring(0, 1));
	}

	@Test
	void rotate0_nothingIsKept() throws Exception {
		var file = file("size=4k", "rotate=0");
		write(file, "x".repeat(4095) + "\ny");
		assertEquals(List.of("y.log"), rotated().names());
		assertEquals("y", text(0));
	}

	@Test
	void daily_midnight_rotatedThoughNothingComes_notInTheMidstOfALine() throws Exception {
		var file = file("frequency=daily");
		write(file, "evening\n");
		assertEquals(Duration.ofMinutes(1).toNanos(), file.rest());
		clock.pass(Duration.ofMinutes(3));
		file.rest();
		assertEquals("evening\n", text(1));
		assertEquals("", text(0));
		file.rest();
		assertEquals(1, file.rotations());
		write(file, "lo");
		clock.pass(Duration.ofDays(1));
		file.rest();
		assertEquals(1, file.rotations());
		write(file, "gin\nmorning\n");
		assertEquals("login\n", text(1));
		assertEquals("morning\n", text(0));
	}

	/** Nobody was there at midnight. */
	@Test
	void hourly_weekly_monthly_lastByteInAnEarlierPeriod_rotatedAtTheStart() throws Exception {
		for (var frequency : List.of("hourly", "weekly", "monthly")) { // a Tuesday, the last of its month
			Files.writeString(path(), frequency + "\n");
			Files.setLastModifiedTime(path(), FileTime.from(clock.instant().minus(Duration.ofMinutes(1))));
			var file = file("frequency=" + frequency);
			file.rest();
			assertEquals(0, file.rotations(), frequency);
			clock.pass(Duration.ofDays(frequency.equals("hourly") ? 1 : frequency.equals("weekly") ? 7 : 31));
			write(file, "next\n");
			assertEquals(frequency + "\n", text(1));
			assertEquals("next\n", text(0));
		}
	}

	@Test
	void maxage_olderOnes_goWithTheNextRotation() throws Exception {
		for (int number = 1; number <= 4; number++) {
			var old = Files.writeString(rotated().file(number, number > 2 ? ".gz" : ""), "old\n");
			Files.setLastModifiedTime(old, FileTime.from(clock.instant().minus(Duration.ofDays(2 * number))));
		}
		var file = file("size=4k", "maxage=7");
		assertEquals(List.of("y.log", "y.log.1", "y.log.2", "y.log.3.gz"), rotated().names());
		clock.pass(Duration.ofDays(2));
		Files.setLastModifiedTime(path(), FileTime.from(clock.instant()));
		write(file, "x".repeat(4095) + "\n");
		Files.setLastModifiedTime(path(), FileTime.from(clock.instant()));
		write(file, "y");
		assertEquals(List.of("y.log", "y.log.1", "y.log.2", "y.log.3"), rotated().names());
	}

	@Test
	void anotherMovesTheFile_goesOnInANewOne() throws Exception {
		var file = file();
		write(file, "one\n");
		Files.move(path(), folder.resolve("moved"));
		write(file, "two\n");
		clock.pass(Duration.ofSeconds(2));
		write(file, "three\n");
		assertEquals("one\ntwo\n", Files.readString(folder.resolve("moved")));
		assertEquals("three\n", text(0));
		Files.delete(path());
		Files.writeString(path(), "theirs\n");
		clock.pass(Duration.ofSeconds(2));
		write(file, "four\n");
		assertEquals("theirs\nfour\n", text(0));
	}

	/** logrotate's copytruncate. */
	@Test
	void anotherShortensTheFile_itsSizeCountsAnew() throws Exception {
		var file = file("size=4k");
		write(file, "x".repeat(4000) + "\n");
		try (var other = FileChannel.open(path(), StandardOpenOption.WRITE)) {
			other.truncate(0);
		}
		clock.pass(Duration.ofSeconds(2));
		write(file, "y".repeat(4000) + "\n");
		assertEquals(List.of("y.log"), rotated().names());
		assertEquals(4001, text(0).length());
	}

	/** It is not made anew: a disk that is not mounted looks the same, and what is below it would fill. */
	@Test
	void directoryGone_waitsUntilItIsBack() throws Exception {
		folder = Files.createDirectory(folder.resolve("mounted"));
		var file = file();
		write(file, "one\n");
		Files.delete(path());
		Files.delete(folder);
		clock.pass(Duration.ofSeconds(2));
		for (int i = 0; i < 3; i++) {
			var refusal = assertThrows(IOException.class, () -> write(file, "two\n"));
			assertEquals("no such directory", LogFile.why(refusal));
		}
		Files.createDirectory(folder);
		write(file, "two\n");
		assertEquals("two\n", text(0));
	}

	@Test
	void rotationFails_goesOnInTheFile_andTriesAgain() throws Exception {
		var blocker = Files.createDirectories(rotated().file(4, "").resolve("x"));
		for (int number = 1; number < 4; number++)
			Files.writeString(rotated().file(number, ""), "old\n");
		var file = file("size=4k");
		write(file, "x\n".repeat(10_000));
		assertEquals(20_000, file.size());
		assertEquals(0, file.rotations());
		assertTrue(rotated().names().stream().noneMatch(name -> name.startsWith(".")));
		Files.delete(blocker);
		clock.pass(Duration.ofSeconds(6));
		write(file, "y\n");
		assertEquals(1, file.rotations());
		assertEquals("x\n".repeat(10_000), text(1));
		assertEquals("y\n", text(0));
	}

	@Test
	void gap_isFilled_andWhatIsBehindItStays() throws Exception {
		for (int number : List.of(1, 3, 4))
			Files.writeString(rotated().file(number, number == 3 ? ".gz" : ""), number + "\n");
		var file = file("size=4k");
		write(file, "x".repeat(4095) + "\ny");
		assertEquals(List.of("y.log", "y.log.1", "y.log.2", "y.log.3.gz", "y.log.4"), rotated().names());
		assertEquals("1\n", text(2));
		assertEquals("4\n", text(4));
	}

	@Test
	void fewerThanWere_theRestGoes() throws Exception {
		for (int number = 1; number < 9; number++)
			Files.writeString(rotated().file(number, ""), number + "\n");
		var file = file("size=4k", "rotate=3");
		write(file, "x".repeat(4095) + "\ny");
		assertEquals(List.of("y.log", "y.log.1", "y.log.2", "y.log.3"), rotated().names());
		assertEquals("2\n", text(3));
	}

	@Test
	void permissions_goOver() throws Exception {
		Files.createFile(path());
		Files.setPosixFilePermissions(path(), PosixFilePermissions.fromString("rw-r-----"));
		write(file("size=4k"), "x".repeat(4095) + "\ny");
		assertEquals("rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(path())));
	}

	/** A crash between the two renamings: the file has its new name, the next one not yet its own. */
	@Test
	void crashInTheMidst_nextStartGoesOn() throws Exception {
		Files.writeString(rotated().file(1, ""), "rotated\n");
		Files.createFile(folder.resolve(".y.log.rotating"));
		Files.write(folder.resolve(".y.log.compressing"), new byte[100]);
		write(file("size=4k"), "next\n");
		assertEquals(List.of("y.log", "y.log.1"), rotated().names());
		assertArrayEquals("rotated\nnext\n".getBytes(StandardCharsets.US_ASCII), rotated().content());
	}
}
