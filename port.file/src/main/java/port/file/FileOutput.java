package port.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Map;

import bus.api.GuestPort;
import bus.linux.Linux;

/** What the guest writes goes to a file, through {@link Appender}; with what belongs to it beside it. */
final class FileOutput implements Output {
	private final GuestPort guest;
	private final String name;
	private final LogFile file;
	private final Appender appender;
	/** Null if it is not to compress. */
	private final Compressor compressor;

	/** Opens the file; what an instance before this one has begun is gone on with. */
	FileOutput(GuestPort guest, Options options) throws IOException {
		this.guest = guest;
		var path = options.path();
		name = path.toString();
		boolean begun = false;
		int mark = guest.kept(begun());
		if (mark >= 0) {
			Linux.close(mark);
			begun = true;
		}
		FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND).close();
		var clock = InstantSource.system();
		// the names of a link's target are rotated, not the link
		var backups = new Backups(path.toRealPath(), options.rotate(), Duration.ofDays(options.maxage()), clock,
				FileChannel::open);
		compressor = options.compress() ? new Compressor(backups, name) : null;
		file = new LogFile(path, options, backups, new Cut(options, ZoneId.systemDefault()), this::rotated,
				FileChannel::open, clock);
		try {
			if (options.rotates())
				backups.tidy();
			if (!options.append() && !begun)
				file.truncate();
		} catch (IOException e) {
			file.close();
			throw e;
		}
		rotated(); // files that were not compressed before
		appender = new Appender(file, name, Unwritten.take(guest, unwritten()), guest::writable);
	}

	private String begun() {
		return "begun path=" + name;
	}

	private String unwritten() {
		return "unwritten of path=" + name;
	}

	private void rotated() {
		if (compressor != null)
			compressor.wake();
	}

	@Override
	public int take(ByteBuffer data) {
		return appender.take(data);
	}

	@Override
	public void figures(Map<String, Object> figures) {
		figures.put("writes to", name);
		figures.put("file size", file.size());
		figures.put("written", file.written());
		figures.put("synced", file.synced());
		figures.put("rotations", file.rotations());
		if (compressor != null)
			figures.put("compressed", compressor.problem().isEmpty() ? (Object) compressor.compressed()
					: compressor.compressed() + ", failed: " + compressor.problem());
		var held = appender.held();
		figures.put("held", held == null ? "no" : held.why() + " since "
				+ LocalTime.ofInstant(held.since(), ZoneId.systemDefault()).truncatedTo(ChronoUnit.SECONDS));
	}

	/** A port that is only updated goes on with the file as it is, and with what the disk had no room for. */
	@Override
	public void close() {
		if (compressor != null)
			compressor.close();
		var rest = appender.finish();
		if (rest.hasRemaining())
			Unwritten.keep(guest, unwritten(), rest);
		int mark = (int) Linux.eventfd(0);
		if (mark >= 0)
			guest.keep(begun(), mark);
	}
}
