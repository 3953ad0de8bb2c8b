package bus.itest;

import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;

/** A terminal program on the host that has opened a console's pseudo terminal through its link. */
record HostTerminal(FileInputStream input, FileOutputStream output) implements AutoCloseable {
	private static final int MOST = 1 << 16;

	static HostTerminal open(Path link) throws IOException {
		return new HostTerminal(new FileInputStream(link.toFile()), new FileOutputStream(link.toFile()));
	}

	void type(byte[] keys) throws IOException {
		output.write(keys);
	}

	/** Waits for something to show. A blocking read could not be ended by a deadline. */
	byte[] show() throws IOException {
		Await.until("output on the terminal", () -> input.available() > 0);
		var bytes = new byte[MOST];
		int count = input.read(bytes);
		return Arrays.copyOf(bytes, count);
	}

	byte[] show(int count) throws IOException {
		var all = new byte[0];
		while (all.length < count) {
			var more = show();
			int before = all.length;
			all = Arrays.copyOf(all, before + more.length);
			System.arraycopy(more, 0, all, before, more.length);
		}
		return all;
	}

	@Override
	public void close() throws IOException {
		input.close();
		output.close();
	}
}
