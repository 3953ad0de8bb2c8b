package guest.driver;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import bus.linux.Linux;
import bus.linux.LinuxException;

/** The two ends of a pipe, non-blocking; the holder's to close. */
record Pipe(int read, int write) {

	/** Made by way of names in the file system, which go at once: bus.linux has no call for nameless ones. */
	static List<Pipe> create(int count) throws IOException {
		var folder = Files.createTempDirectory("pipes");
		var command = new ArrayList<>(List.of("mkfifo"));
		for (int i = 0; i < count; i++)
			command.add(folder.resolve("" + i).toString());
		try {
			int exit = new ProcessBuilder(command).inheritIO().start().waitFor();
			if (exit != 0)
				throw new IOException("mkfifo ended with " + exit);
			var pipes = new ArrayList<Pipe>();
			for (var name : command.subList(1, command.size()))
				pipes.add(open(name));
			return pipes;
		} catch (InterruptedException e) {
			Thread.currentThread().interrupt();
			throw new IOException("interrupted", e);
		} finally {
			for (var name : command.subList(1, command.size()))
				Files.deleteIfExists(Path.of(name));
			Files.delete(folder);
		}
	}

	private static Pipe open(String name) throws LinuxException {
		int read = (int) LinuxException.check(Linux.open(name, Linux.O_RDONLY | Linux.O_NONBLOCK, 0), "open " + name);
		int write = (int) LinuxException.check(Linux.open(name, Linux.O_WRONLY | Linux.O_NONBLOCK, 0), "open " + name);
		return new Pipe(read, write);
	}
}
