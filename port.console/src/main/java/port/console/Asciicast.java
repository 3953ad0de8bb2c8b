package port.console;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Set;

/**
 * A recording in the format asciicast v2: a line of JSON about it, then one for each event. Text is UTF-8; what is not
 * becomes U+FFFD. The tape's thread.
 */
final class Asciicast implements Tape.Sink {
	private static final DateTimeFormatter START = DateTimeFormatter.ofPattern("uuuuMMdd-HHmmss").withZone(ZoneOffset.UTC);
	private static final FileAttribute<?>[] OWNER_ONLY = {
			PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")) };
	/** Recordings that begin within one second. */
	private static final int MOST_IN_A_SECOND = 100;
	/** What a terminal is taken for until somebody says its size. */
	private static final int COLUMNS = 80;
	private static final int ROWS = 24;
	private static final int NANOS_PER_MICRO = 1000;
	private static final double MICROS = 1e6;

	private final Path path;
	private final FileChannel channel;
	private final long start = System.nanoTime();
	private final CharsetDecoder output = decoder();
	private final CharsetDecoder input = decoder();
	/** The beginning of a character whose end has not come. */
	private ByteBuffer outputRest = ByteBuffer.allocate(0);
	private ByteBuffer inputRest = ByteBuffer.allocate(0);
	private ByteBuffer head;

	private Asciicast(Path path, FileChannel channel, String title) {
		this.path = path;
		this.channel = channel;
		head = UTF_8.encode("{\"version\": 2, \"width\": " + COLUMNS + ", \"height\": " + ROWS + ", \"timestamp\": "
				+ Instant.now().getEpochSecond() + ", \"title\": " + string(title) + "}\n");
	}

	/**
	 * @param record a path: the moment of the start is put before its ending
	 * @param keys whether what is typed will be in it, passwords too: then it is for its owner alone
	 */
	static Asciicast open(String record, String title, boolean keys) throws IOException {
		var rights = keys ? OWNER_ONLY : new FileAttribute<?>[0];
		var pattern = Path.of(record.strip());
		String name = pattern.getFileName().toString();
		int dot = name.lastIndexOf('.') > 0 ? name.lastIndexOf('.') : name.length();
		String stem = name.substring(0, dot) + "-" + START.format(Instant.now());
		for (int i = 1; i <= MOST_IN_A_SECOND; i++) {
			var path = pattern.resolveSibling(stem + (i == 1 ? "" : "-" + i) + name.substring(dot));
			try {
				return new Asciicast(path, FileChannel.open(path, Set.of(CREATE_NEW, WRITE), rights), title);
			} catch (FileAlreadyExistsException e) {
				// the next number
			} catch (IOException e) {
				throw new IOException("record=" + pattern + ": " + path.getFileName() + " cannot be made ("
						+ e.getClass().getSimpleName() + "); allowed: PATH of a file, in an existing directory that may be"
						+ " written", e);
			}
		}
		throw new IOException("record=" + pattern + ": " + MOST_IN_A_SECOND + " recordings of this second are there;"
				+ " allowed: another PATH");
	}

	private static CharsetDecoder decoder() {
		return UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPLACE)
				.onUnmappableCharacter(CodingErrorAction.REPLACE);
	}

	Path path() {
		return path;
	}

	@Override
	public ByteBuffer encode(byte kind, long millis, long nanos, ByteBuffer data) {
		if (kind == Tape.RESIZE)
			return line(nanos, 'r', Short.toUnsignedInt(data.getShort()) + "x" + Short.toUnsignedInt(data.getShort()));
		if (kind == Tape.INPUT) {
			inputRest = joined(inputRest, data);
			return line(nanos, 'i', text(input, inputRest));
		}
		outputRest = joined(outputRest, data);
		return line(nanos, 'o', text(output, outputRest));
	}

	private static ByteBuffer joined(ByteBuffer rest, ByteBuffer more) {
		return ByteBuffer.allocate(rest.remaining() + more.remaining()).put(rest).put(more).flip();
	}

	private static String text(CharsetDecoder decoder, ByteBuffer bytes) {
		var text = CharBuffer.allocate(bytes.remaining() + 1);
		decoder.decode(bytes, text, false);
		return text.flip().toString();
	}

	@Override
	public ByteBuffer lost(long millis, long nanos, long count) {
		return line(nanos, 'o', new String(Notice.lost(count), UTF_8));
	}

	private ByteBuffer line(long nanos, char code, String text) {
		if (text.isEmpty())
			return ByteBuffer.allocate(0);
		double seconds = Math.max(0, nanos - start) / NANOS_PER_MICRO / MICROS;
		return UTF_8.encode("[" + String.format(Locale.ROOT, "%.6f", seconds) + ", \"" + code + "\", " + string(text)
				+ "]\n");
	}

	/** As JSON has it. */
	private static String string(String text) {
		var json = new StringBuilder("\"");
		text.chars().forEach(it -> {
			if (it == '"' || it == '\\')
				json.append('\\').append((char) it);
			else if (it < ' ' || it == 0x7f)
				json.append(String.format(Locale.ROOT, "\\u%04x", it));
			else
				json.append((char) it);
		});
		return json.append('"').toString();
	}

	@Override
	public void write(ByteBuffer text) throws IOException {
		while (head.hasRemaining())
			channel.write(head);
		while (text.hasRemaining())
			channel.write(text);
	}

	@Override
	public void close() throws IOException {
		while (head.hasRemaining()) // nothing has happened
			channel.write(head);
		channel.close();
	}
}
