package port.guestagent.engine;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Locale;

import port.guestagent.AgentException;
import port.guestagent.AgentInfo;
import port.guestagent.AgentStatus;
import port.guestagent.GuestAgent;
import port.guestagent.GuestCommand;
import port.guestagent.GuestExit;
import port.guestagent.GuestFileSystem;
import port.guestagent.GuestInterface;
import port.guestagent.GuestOs;
import port.guestagent.GuestUser;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The agent as one client sees it: commands and answers with types. */
final class AgentView implements GuestAgent {
	private static final long NANOS = 1_000_000_000;

	private final Calls calls;

	AgentView(Calls calls) {
		this.calls = calls;
	}

	@Override
	public AgentStatus status() {
		return calls.engine().status();
	}

	@Override
	public GuestAgent within(Duration timeout) {
		if (timeout.isNegative() || timeout.isZero())
			throw new IllegalArgumentException("timeout=" + timeout + "; allowed: more than nothing");
		return new AgentView(new Calls(calls.engine(), calls.client(), timeout));
	}

	@Override
	public GuestAgent as(String client) {
		return new AgentView(new Calls(calls.engine(), client, calls.timeout()));
	}

	@Override
	public void ping() throws AgentException {
		calls.call("guest-ping");
	}

	@Override
	public AgentInfo info() throws AgentException {
		return Answers.agent(calls.call("guest-info"));
	}

	@Override
	public GuestOs os() throws AgentException {
		return Answers.os(calls.call("guest-get-osinfo"));
	}

	@Override
	public String hostName() throws AgentException {
		return Answers.text(calls.call("guest-get-host-name"), "host-name");
	}

	@Override
	public List<GuestInterface> interfaces() throws AgentException {
		return Answers.list(calls.call("guest-network-get-interfaces"), Answers::networkInterface);
	}

	@Override
	public List<GuestFileSystem> fileSystems() throws AgentException {
		return Answers.list(calls.call("guest-get-fsinfo"), Answers::fileSystem);
	}

	@Override
	public List<GuestUser> users() throws AgentException {
		return Answers.list(calls.call("guest-get-users"), Answers::user);
	}

	@Override
	public Instant time() throws AgentException {
		return Answers.time(calls.call("guest-get-time"));
	}

	@Override
	public void setTime(Instant time) throws AgentException {
		if (time.isBefore(Instant.EPOCH) || time.getEpochSecond() >= Long.MAX_VALUE / NANOS)
			throw new IllegalArgumentException("time=" + time + "; allowed: from 1970 to 2262");
		calls.call("guest-set-time", Json.object().put("time", time.getEpochSecond() * NANOS + time.getNano()));
	}

	@Override
	public int freeze(List<String> mountPoints) throws AgentException {
		if (mountPoints.isEmpty())
			return calls.call("guest-fsfreeze-freeze").asInt(0);
		var arguments = Json.object();
		mountPoints.forEach(arguments.putArray("mountpoints")::add);
		return calls.call("guest-fsfreeze-freeze-list", arguments).asInt(0);
	}

	@Override
	public int thaw() throws AgentException {
		return calls.call(CallQueue.THAW).asInt(0);
	}

	@Override
	public boolean frozen() throws AgentException {
		return calls.call(Freeze.STATUS).asString("").equals("frozen");
	}

	@Override
	public void shutdown(Shutdown mode) throws AgentException {
		calls.call("guest-shutdown", Json.object().put("mode", mode.name().toLowerCase(Locale.ROOT)));
	}

	@Override
	public void setPassword(String user, String password, boolean crypted) throws AgentException {
		var encoded = Base64.getEncoder().encodeToString(password.getBytes(StandardCharsets.UTF_8));
		calls.call("guest-set-user-password",
				Json.object().put("username", user).put("password", encoded).put("crypted", crypted));
	}

	@Override
	public List<String> authorizedKeys(String user) throws AgentException {
		var answer = calls.call("guest-ssh-get-authorized-keys", Json.object().put("username", user));
		return Answers.list(answer.path("keys"), key -> key.asString(""));
	}

	@Override
	public void addAuthorizedKeys(String user, List<String> keys, boolean reset) throws AgentException {
		calls.call("guest-ssh-add-authorized-keys", keys(user, keys).put("reset", reset));
	}

	@Override
	public void removeAuthorizedKeys(String user, List<String> keys) throws AgentException {
		calls.call("guest-ssh-remove-authorized-keys", keys(user, keys));
	}

	private static ObjectNode keys(String user, List<String> keys) {
		var arguments = Json.object().put("username", user);
		keys.forEach(arguments.putArray("keys")::add);
		return arguments;
	}

	@Override
	public GuestExit exec(GuestCommand command, OutputStream output, OutputStream errors) throws IOException {
		return GuestProgram.run(calls, command, output, errors);
	}

	@Override
	public InputStream read(String path) throws AgentException {
		return new GuestInput(GuestFile.open(calls, path, "rb"));
	}

	@Override
	public OutputStream write(String path, boolean append) throws AgentException {
		return new GuestOutput(GuestFile.open(calls, path, append ? "ab" : "wb"));
	}

	@Override
	public String raw(String command, String arguments) throws AgentException {
		var object = arguments.isBlank() ? Json.object()
				: Json.parse(arguments.getBytes(StandardCharsets.UTF_8)).orElseThrow(() -> new IllegalArgumentException(
						"arguments=" + arguments + "; allowed: a JSON object, as {\"path\": \"/etc/hosts\"}"));
		JsonNode answer = calls.call(command, object);
		return Json.text(answer);
	}
}
