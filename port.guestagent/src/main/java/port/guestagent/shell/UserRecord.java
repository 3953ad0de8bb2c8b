package port.guestagent.shell;

import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

import bus.shell.command.Shown;
import bus.shell.command.Table;
import port.guestagent.GuestUser;

/**
 * Somebody who is logged in, as scripts read it.
 *
 * @param domain of Windows; empty elsewhere
 * @param since in the host's time zone
 */
public record UserRecord(String name, String domain, String since) implements Shown {
	private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);

	static UserRecord of(GuestUser user) {
		return new UserRecord(user.name(), user.domain(), TIME.format(user.login().atZone(ZoneId.systemDefault())));
	}

	static String table(List<UserRecord> users) {
		if (users.isEmpty())
			return "nobody is logged in";
		var table = new Table("USER", "SINCE");
		users.forEach(user -> table.row((user.domain.isEmpty() ? "" : user.domain + "\\") + user.name, user.since));
		return table.toString();
	}

	@Override
	public String table() {
		return table(List.of(this));
	}

	@Override
	public String line() {
		return name + " " + since;
	}
}
