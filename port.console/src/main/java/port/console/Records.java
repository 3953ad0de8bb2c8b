package port.console;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;

/** What of a console goes to the disk: a log, a recording, both or none. */
final class Records implements AutoCloseable {
	private static final int SIZE = 2 * Short.BYTES;

	private LogFile file;
	private Tape log;
	private Asciicast cast;
	private Tape recording;
	private boolean recordsInput;
	private final ByteBuffer size = ByteBuffer.allocate(SIZE);

	/**
	 * @param goesOn whether this is the instance after an update, whose log is the same as before
	 */
	static Records open(ConsoleConfig config, String title, boolean goesOn) throws IOException {
		var records = new Records();
		try {
			if (!config.log().isBlank()) {
				records.file = LogFile.open(config.log(), goesOn || Options.isOn(config.logappend()),
						new LogFile.Keeping(Options.logFileMax(config), config.logfiles(),
								Options.isOn(config.logtimestamp())));
				records.log = new Tape("log=" + records.file.path(), records.file);
			}
			if (!config.record().isBlank()) {
				records.cast = Asciicast.open(config.record(), title, Options.isOn(config.recordinput()));
				records.recording = new Tape("record=" + records.cast.path(), records.cast);
			}
			records.recordsInput = Options.isOn(config.recordinput());
			return records;
		} catch (IOException | RuntimeException e) {
			records.close();
			throw e;
		}
	}

	boolean hasLog() {
		return log != null;
	}

	void said(ByteBuffer data) {
		if (log != null)
			log.put(Tape.OUTPUT, data);
		if (recording != null)
			recording.put(Tape.OUTPUT, data);
	}

	void typed(ByteBuffer keys) {
		if (recording != null && recordsInput && keys.hasRemaining())
			recording.put(Tape.INPUT, keys);
	}

	void resized(int columns, int rows) {
		if (recording != null)
			recording.put(Tape.RESIZE, size.clear().putShort((short) columns).putShort((short) rows).flip());
	}

	void figures(Map<String, Object> to) {
		if (log != null) {
			to.put("log bytes", file.size());
			to.put("log rotations", file.rotations());
			to.put("log lost", log.lost());
		}
		if (recording != null) {
			to.put("recording", cast.path());
			to.put("recording lost", recording.lost());
		}
	}

	@Override
	public void close() {
		if (log != null)
			log.close();
		if (recording != null)
			recording.close();
	}
}
