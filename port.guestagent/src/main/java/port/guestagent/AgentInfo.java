package port.guestagent;

import static java.util.Collections.unmodifiableSet;

import java.util.Set;
import java.util.TreeSet;

/**
 * What an agent can do, as it said itself.
 *
 * @param version its version, for instance {@code 7.2.22}
 * @param commands the commands that it executes
 * @param disabled the commands that it knows and refuses: whoever installed it blocked them
 */
public record AgentInfo(String version, Set<String> commands, Set<String> disabled) {

	public AgentInfo {
		commands = unmodifiableSet(new TreeSet<>(commands));
		disabled = unmodifiableSet(new TreeSet<>(disabled));
	}
}
