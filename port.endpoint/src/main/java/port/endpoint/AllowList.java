package port.endpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import bus.linux.Peer;

/**
 * The peers that the option {@code allow} names.
 *
 * @param text as written
 * @param users numbers of users, from {@code uid:} and {@code user:}
 * @param names in certificates, in lower case
 */
record AllowList(String text, Set<Integer> users, Set<String> names) {
	static final AllowList EVERYBODY = new AllowList("", Set.of(), Set.of());

	private static final String ALLOWED = "; allowed: uid:NUMBER, user:NAME or name:NAME, separated by commas,"
			+ " for instance uid:1000,user:alice";
	private static final int ROOT = 0;
	/** The number behind it stands for nobody. */
	private static final long GREATEST_USER = 0xfffffffeL;
	private static final int OWN_USER = ownUser();
	/** The user data base may be in the network. */
	private static final int LOOK_UP_SECONDS = 10;

	static AllowList parse(String text) {
		if (text.isEmpty())
			return EVERYBODY;
		var users = new HashSet<Integer>();
		var names = new HashSet<String>();
		for (var entry : Arrays.stream(text.split(",", -1)).map(String::strip).toList()) {
			String value = entry.substring(entry.indexOf(':') + 1).strip();
			if (entry.startsWith("uid:") && value.matches("\\d{1,10}") && Long.parseLong(value) <= GREATEST_USER)
				users.add(Integer.parseUnsignedInt(value));
			else if (entry.startsWith("user:") && value.matches("[^-\\s]\\S*"))
				users.add(user(text, value));
			else if (entry.startsWith("name:") && !value.isEmpty() && !value.contains("*"))
				names.add(value.toLowerCase(Locale.ROOT));
			else
				throw new IllegalArgumentException("allow=" + text + ALLOWED);
		}
		return new AllowList(text, Set.copyOf(users), Set.copyOf(names));
	}

	/** The JDK hides the numbers of users; {@code id} asks all data bases that the machine has. */
	private static int user(String text, String name) {
		String refusal = "allow=" + text + "; user:" + name + " is not known here; allowed: a user of this machine";
		try {
			var id = new ProcessBuilder("id", "-u", "--", name).redirectErrorStream(true).start();
			try (var out = id.inputReader()) {
				if (!id.waitFor(LOOK_UP_SECONDS, TimeUnit.SECONDS) || id.exitValue() != 0)
					throw new IllegalArgumentException(refusal);
				return Integer.parseUnsignedInt(out.readLine().strip());
			} finally {
				id.destroyForcibly();
			}
		} catch (IOException | NumberFormatException e) {
			throw new IllegalArgumentException(refusal, e);
		} catch (InterruptedException e) {
			Thread.currentThread().interrupt();
			throw new IllegalArgumentException(refusal, e);
		}
	}

	boolean asksForUsers() {
		return !users.isEmpty();
	}

	boolean asksForNames() {
		return !names.isEmpty();
	}

	/**
	 * Whether a user is on the list. Without a list of users it is a matter of the socket file's permissions; an abstract
	 * name has none, so that only the user that vport runs as is let in, and root, whom no file would stop either.
	 */
	boolean allows(Optional<Peer> peer, Address address) {
		if (users.isEmpty() && !(address instanceof Address.Abstract))
			return true;
		return peer.map(Peer::uid).filter(users.isEmpty() ? uid -> uid == OWN_USER || uid == ROOT : users::contains)
				.isPresent();
	}

	private static int ownUser() {
		try {
			return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
		} catch (IOException e) {
			throw new UncheckedIOException(e); // there is no Linux without it
		}
	}

	/** Whether one of the names in a certificate is on the list; or there is no list. */
	boolean allows(Collection<String> carried) {
		return names.isEmpty() || carried.stream().anyMatch(it -> names.contains(it.toLowerCase(Locale.ROOT)));
	}

	@Override
	public String toString() {
		return text;
	}
}
