package bus.itest;

import java.io.IOException;
import java.util.List;

/** What programs do in a guest, whatever guest it is. A port is called by its label; calls wait, with a deadline. */
interface GuestPrograms {

	/** What begins runs beside the test, until it has ended. */
	interface Program {
		/** Waits until it waits for its port. */
		void awaitBlocked() throws IOException, InterruptedException;

		boolean ended() throws IOException, InterruptedException;

		/** Waits for the end; the name of the error that ended it, or nothing. */
		String problem() throws IOException, InterruptedException;

		/** Waits for the end; the {@link Numbers#digest} of what it has read. */
		String taken() throws IOException, InterruptedException;
	}

	/** A port that a program has open. */
	interface OpenPort {
		/** Begins to write, so many bytes at a time. */
		Program write(Numbers text, int piece) throws IOException, InterruptedException;

		/** Begins to read so many bytes or until the end of the file, so many at a time. */
		Program read(int count, int piece) throws IOException, InterruptedException;

		/** Waits for so many bytes that come at once, however often a read finds the host closed before. */
		default String readPastEnd(int count) throws IOException, InterruptedException {
			String taken;
			do
				taken = read(count, count).taken();
			while (taken.equals(Numbers.digest("")));
			return taken;
		}

		/** Begins to write what was read last. */
		Program writeBack(int piece) throws IOException, InterruptedException;

		/** What poll(2) says: that a read would not wait. */
		boolean readable() throws IOException, InterruptedException;

		void close() throws IOException, InterruptedException;
	}

	boolean hasPackedRings() throws IOException, InterruptedException;

	/** The id and the name of each port, by id. */
	List<String> ports() throws IOException, InterruptedException;

	default void awaitPort(String label) throws IOException, InterruptedException {
		awaitPorts(List.of(label));
	}

	void awaitPorts(List<String> labels) throws IOException, InterruptedException;

	void awaitNoPort(String label) throws IOException, InterruptedException;

	/** For reading and writing. */
	OpenPort open(String label) throws IOException, InterruptedException;

	/** A program that does not wait (O_NONBLOCK) opens the port, writes a line with the word in it, and closes it. */
	void sayAtOnce(String label, String word) throws IOException, InterruptedException;

	/** Begins {@code for i in $(seq COUNT); do echo line $i; done >PORT}. */
	Program writeLines(String label, int count) throws IOException, InterruptedException;

	/** Begins to read a line from each port, all at once, and to write it back after the label and a colon. */
	Program answerOnAll(List<String> labels) throws IOException, InterruptedException;

	/** On the first console. */
	void print(String text) throws IOException, InterruptedException;

	/** Begins to print so many characters and then to write to a port; nobody needs to read the console. */
	void printAndThenWrite(int characters, OpenPort port, Numbers text) throws IOException, InterruptedException;

	/** What a program reads that waits for a line on the first console while somebody types it there. */
	String readTyped(String line) throws IOException, InterruptedException;

	void awaitConsoleSize(int columns, int rows) throws IOException, InterruptedException;

	/** Takes the device from its driver and gives it back. What was open is so no more. */
	void reloadDriver() throws IOException, InterruptedException;

	void emergencyWrite(String text) throws IOException, InterruptedException;

	/** The same while the device has no driver. */
	void emergencyWriteWithoutDriver(String text) throws IOException, InterruptedException;
}
