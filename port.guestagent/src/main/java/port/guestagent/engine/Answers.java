package port.guestagent.engine;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Function;

import port.guestagent.AgentErrorException;
import port.guestagent.AgentException;
import port.guestagent.AgentInfo;
import port.guestagent.AgentLostException;
import port.guestagent.GuestFileSystem;
import port.guestagent.GuestInterface;
import port.guestagent.GuestOs;
import port.guestagent.GuestUser;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/** What an agent's lines say, as far as they do: what is missing is empty, and no guest makes these methods throw. */
final class Answers {
	private static final double NANOS = 1e9;

	private Answers() {
	}

	/** The {@code return} of an answer; that of silence is an empty object. */
	static JsonNode result(String command, byte[] line) throws AgentException {
		if (line.length == 0)
			return Json.object();
		var answer = Json.parse(line)
				.orElseThrow(() -> new AgentLostException(command + ": the agent said something that is no answer"));
		var error = answer.get("error");
		if (error != null)
			throw new AgentErrorException(command, text(error, "class"), text(error, "desc"));
		return answer.path("return");
	}

	/** The {@code return} of an answer that is a word. */
	static String text(byte[] line) {
		return returned(line).asString("");
	}

	static AgentInfo info(byte[] line) {
		return agent(returned(line));
	}

	static AgentInfo agent(JsonNode node) {
		var enabled = new TreeSet<String>();
		var disabled = new TreeSet<String>();
		for (var command : node.path("supported_commands"))
			(command.path("enabled").asBoolean(true) ? enabled : disabled).add(text(command, "name"));
		return new AgentInfo(text(node, "version"), enabled, disabled);
	}

	private static JsonNode returned(byte[] line) {
		return Json.parse(line).<JsonNode>map(node -> node.path("return")).orElseGet(MissingNode::getInstance);
	}

	static GuestOs os(JsonNode node) {
		return new GuestOs(text(node, "id"), text(node, "pretty-name"), text(node, "version"), text(node, "version-id"),
				text(node, "kernel-release"), text(node, "machine"));
	}

	static GuestInterface networkInterface(JsonNode node) {
		return new GuestInterface(text(node, "name"), text(node, "hardware-address"),
				list(node.path("ip-addresses"), address -> new GuestInterface.Address(text(address, "ip-address"),
						address.path("prefix").asInt(0))));
	}

	static GuestFileSystem fileSystem(JsonNode node) {
		return new GuestFileSystem(text(node, "name"), text(node, "mountpoint"), text(node, "type"),
				node.path("used-bytes").asLong(-1), node.path("total-bytes").asLong(-1));
	}

	/** The agent says seconds, with a fraction. */
	static GuestUser user(JsonNode node) {
		double seconds = node.path("login-time").asDouble(0);
		long whole = (long) seconds;
		return new GuestUser(text(node, "user"), text(node, "domain"),
				instant(whole, (long) ((seconds - whole) * NANOS)));
	}

	static Instant time(JsonNode node) {
		return instant(0, node.asLong(0));
	}

	private static Instant instant(long seconds, long nanos) {
		long bounded = Math.clamp(seconds, Instant.MIN.getEpochSecond() / 2, Instant.MAX.getEpochSecond() / 2);
		return Instant.ofEpochSecond(bounded, nanos);
	}

	static <T> List<T> list(JsonNode array, Function<JsonNode, T> element) {
		var list = new ArrayList<T>();
		for (var node : array)
			list.add(element.apply(node));
		return list;
	}

	static String text(JsonNode node, String name) {
		return node.path(name).asString("");
	}
}
