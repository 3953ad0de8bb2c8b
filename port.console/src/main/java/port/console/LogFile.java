package port.console;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/**
 * What the guest has said, in a file that does not grow for ever: beyond a size it becomes PATH.1, and what was PATH.1
 * becomes PATH.2. The tape's thread, but for the counts.
 */
final class LogFile implements Tape.Sink {
	private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z' ")
			.withZone(ZoneOffset.UTC);
	private static final byte LF = '\n';

	/**
	 * How it is kept.
	 *
	 * @param most bytes of one file; 0 for no limit
	 * @param old how many old ones are kept
	 * @param stamped whether each line begins with its time
	 */
	record Keeping(long most, int old, boolean stamped) {
	}

	private final Path path;
	private final Keeping keeping;
	private FileChannel channel;
	/** Of what was encoded; that may be ahead of what was written. */
	private boolean atLineStart;
	/** Of what was written. */
	private boolean endsLine = true;
	private volatile long size;
	private volatile int rotations;

	private LogFile(Path path, Keeping keeping, FileChannel channel) throws IOException {
		this.path = path;
		this.keeping = keeping;
		this.channel = channel;
		this.size = channel.size();
		this.atLineStart = true;
	}

	/**
	 * @param append whether what is there stays
	 */
	static LogFile open(String log, boolean append, Keeping keeping) throws IOException {
		var path = Path.of(log.strip());
		if (Files.exists(path) && !Files.isRegularFile(path))
			throw new IOException("log=" + path + " is not a regular file; allowed: PATH of a file to write");
		try {
			return new LogFile(path, keeping, file(path, append));
		} catch (IOException e) {
			throw new IOException("log=" + path + " cannot be opened (" + e.getClass().getSimpleName()
					+ "); allowed: PATH of a file that may be written, in an existing directory", e);
		}
	}

	/** Appending in either case: somebody may shorten the file under us. */
	private static FileChannel file(Path path, boolean append) throws IOException {
		var file = FileChannel.open(path, CREATE, APPEND);
		if (!append)
			file.truncate(0);
		return file;
	}

	Path path() {
		return path;
	}

	long size() {
		return size;
	}

	int rotations() {
		return rotations;
	}

	@Override
	public ByteBuffer encode(byte kind, long millis, long nanos, ByteBuffer data) {
		if (kind != Tape.OUTPUT)
			return ByteBuffer.allocate(0);
		return keeping.stamped() ? stamped(millis, data) : data;
	}

	/** A line's time is that of its first byte. */
	private ByteBuffer stamped(long millis, ByteBuffer data) {
		byte[] stamp = STAMP.format(Instant.ofEpochMilli(millis)).getBytes(US_ASCII);
		var text = new ByteArrayOutputStream(data.remaining() + 8 * stamp.length);
		while (data.hasRemaining()) {
			if (atLineStart)
				text.writeBytes(stamp);
			byte it = data.get();
			text.write(it);
			atLineStart = it == LF;
		}
		return ByteBuffer.wrap(text.toByteArray());
	}

	@Override
	public ByteBuffer lost(long millis, long nanos, long count) {
		var mark = ByteBuffer.wrap(Notice.lost(count));
		return keeping.stamped() ? stamped(millis, mark) : mark;
	}

	@Override
	public void write(ByteBuffer text) throws IOException {
		while (text.hasRemaining()) {
			int piece = piece(text);
			if (piece == 0) {
				rotate();
				continue;
			}
			int limit = text.limit();
			text.limit(text.position() + piece);
			try {
				size += channel.write(text);
			} finally {
				endsLine = text.position() > 0 && text.get(text.position() - 1) == LF;
				text.limit(limit);
			}
		}
	}

	/** What still goes into this file: whole lines, except of a line that has begun in it or has no end in sight. */
	private int piece(ByteBuffer text) {
		long room = keeping.most() - size;
		if (keeping.most() == 0 || text.remaining() <= room)
			return text.remaining();
		for (int end = (int) Math.max(0, room); end > 0; end--)
			if (text.get(text.position() + end - 1) == LF)
				return end;
		return endsLine && size > 0 ? 0 : (int) Math.max(0, room);
	}

	private void rotate() throws IOException {
		int gap = 0; // where there is room: an attempt that failed half-way must not push the oldest out once more
		while (gap < keeping.old() && Files.exists(numbered(gap)))
			gap++;
		for (int i = gap; i > 0; i--)
			Files.move(numbered(i - 1), numbered(i), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
		var fresh = file(path, false);
		channel.close();
		channel = fresh;
		size = 0;
		rotations++;
	}

	/** 0 is the one that is being written. */
	private Path numbered(int number) {
		return number == 0 ? path : path.resolveSibling(path.getFileName() + "." + number);
	}

	@Override
	public void close() throws IOException {
		channel.close();
	}
}
