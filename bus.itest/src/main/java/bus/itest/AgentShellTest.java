package bus.itest;

import static bus.itest.Gogo.assertLine;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import port.guestagent.AgentState;
import port.guestagent.AgentStatus;
import port.guestagent.AgentTimeoutException;
import port.guestagent.GuestCommand;
import port.guestagent.GuestExit;
import port.guestagent.GuestFileSystem;
import port.guestagent.GuestInterface;
import port.guestagent.GuestInterface.Address;
import port.guestagent.GuestOs;
import port.guestagent.GuestUser;

/** The commands of scope agent, as the Gogo shell runs them; no guest takes part. */
@Timeout(60)
class AgentShellTest {
	private static final String MANY = "a".repeat(70_000);

	@Order(1)
	@RegisterExtension
	final LogWatch log = new LogWatch();
	@Order(2)
	@RegisterExtension
	final Operator operator = new Operator();

	private SaidAgent agent;

	@BeforeEach
	void oneAgent() throws Exception {
		agent = new SaidAgent("vm1", "ga");
		Await.until("commands", () -> Gogo.hasLine(run("agent:list"), "vm1 ga ready"));
		Await.until("ssh-keys", () -> run("help").contains("agent:ssh-keys"));
	}

	@AfterEach
	void end() {
		agent.close();
	}

	private String run(String command) throws Exception {
		return Gogo.run(operator, command);
	}

	private String failure(String command) {
		var e = assertThrows(Exception.class, () -> run(command));
		assertFalse(e.toString().contains("\n"), e.toString());
		return e.toString();
	}

	/** A program that ends like this, having written something. */
	private void program(int code, int signal, String output, String errors) {
		agent.answer("exec", arguments -> {
			((OutputStream) arguments[1]).write(output.getBytes(UTF_8));
			((OutputStream) arguments[2]).write(errors.getBytes(UTF_8));
			return new GuestExit(code, signal, output.length(), errors.length(), false);
		});
	}

	private List<String> words(String command) throws Exception {
		var seen = new List<?>[1];
		agent.answer("exec", arguments -> {
			seen[0] = ((GuestCommand) arguments[0]).words();
			return new GuestExit(0, 0, 0, 0, false);
		});
		run(command);
		return List.copyOf(seen[0]).stream().map(String.class::cast).toList();
	}

	@Test
	void exec_wordsBehindTheAgent_areTheGuestsAlone() throws Exception {
		assertEquals(List.of("uname", "-a"), words("agent:exec vm1 -- uname -a"));
		assertEquals(List.of("uname", "-a"), words("agent:exec ga uname -a"));
		assertEquals(List.of("x", "--status", "--limit", "--", "5"), words("agent:exec vm1 -- x --status --limit -- 5"));
		assertEquals(List.of("echo", "1.50", "007", "0x10", "true"), words("agent:exec vm1 -- echo 1.50 007 0x10 true"));
		assertEquals(List.of("echo", "null", "x"), words("agent:exec vm1 -- echo null x"));
		assertEquals(List.of("sh", "-c", "a | b > $c; 'd'"), words("agent:exec vm1 -- sh -c \"a | b > \\$c; 'd'\""));
		assertEquals(List.of("echo", ""), words("agent:exec vm1 -- echo ''"));
		assertEquals(List.of("x"), words("agent:exec --limit 5 --status vm1 x"));
	}

	@Test
	void exec_outputAndErrors_goToTheirStreams() throws Exception {
		program(0, 0, "out\n", "err\n");
		var out = operator.path("out");
		var err = operator.path("err");
		assertEquals("", run("agent:exec vm1 x > " + out + " 2> " + err));
		assertEquals("out\n", Files.readString(out));
		assertEquals("err\n", Files.readString(err));
		assertEquals("out\n", run("agent:exec vm1 x 2> " + err));
	}

	@Test
	void exec_codeNotZero_failsWithIt_orAnswersIt() throws Exception {
		program(3, 0, "", "");
		assertEquals("ga: false ended with exit code 3", failure("agent:exec vm1 -- false"));
		assertEquals("3", run("agent:exec --status vm1 -- false"));
		assertEquals("3", run("code = (agent:exec --status vm1 -- false); $code"));
		program(137, 9, "", "");
		assertEquals("ga: sleep was ended by signal 9", failure("agent:exec vm1 -- sleep 9"));
		assertEquals("137", run("agent:exec --status vm1 -- sleep 9"));
		program(0, 0, "", "");
		assertEquals("0", run("agent:exec --status vm1 -- true"));
	}

	@Test
	void exec_whatIsPipedIn_isItsInput() throws Exception {
		var input = new ByteArrayOutputStream();
		agent.answer("exec", arguments -> {
			var bytes = ((GuestCommand) arguments[0]).input();
			while (bytes.hasRemaining())
				input.write(bytes.get());
			return new GuestExit(0, 0, 0, 0, false);
		});
		run("echo " + MANY + " | agent:exec vm1 -- cat");
		assertEquals(MANY + "\n", input.toString(UTF_8));
		input.reset();
		run("agent:exec vm1 -- cat");
		assertEquals("", input.toString(UTF_8));
	}

	@Test
	void exec_mistakes_answeredInALine() {
		assertTrue(failure("agent:exec --staus vm1 x").startsWith("unknown option --staus; did you mean --status?"));
		assertTrue(failure("agent:exec vm1").startsWith("too few words; usage: agent:exec "));
		assertTrue(failure("agent:exec vm1 --").startsWith("too few words"));
		assertEquals("--limit 0; allowed: 1 to 604800", failure("agent:exec --limit 0 vm1 x"));
		assertEquals("no agent vm2; did you mean vm1? agents: vm1, ga", failure("agent:exec vm2 x"));
	}

	@Test
	void agents_byBusOrLabel_andWhichThereAre() throws Exception {
		assertTrue(run("agent:ping vm1").startsWith("ga answered in "));
		assertTrue(run("agent:ping guestagent-ga").startsWith("ga answered in "));
		try (var second = new SaidAgent("vm1", "gb")) {
			Await.until("second", () -> run("agent:list").contains("gb"));
			assertEquals("several agents are called vm1: ga, gb", failure("agent:ping vm1"));
			assertTrue(run("agent:ping gb").startsWith("gb answered in "));
			assertEquals(List.of("ping"), second.asked());
		}
		operator.bus("bare");
		assertEquals("bus bare has no port for an agent; vport:add guestagent bare LABEL makes one",
				failure("agent:ping bare"));
	}

	@Test
	void info_asksOnlyAnAgentThatIsReady() throws Exception {
		var info = run("agent:info vm1");
		assertLine(info, "state", "ready");
		assertLine(info, "version", "10.0.13");
		assertLine(info, "guest-exec guest-ping");
		assertLine(info, "guest-shutdown");
		assertEquals(List.of("info"), agent.asked());
		agent.answer("status", arguments -> new AgentStatus(AgentState.CLOSED, Optional.empty(), Optional.empty(), true));
		assertLine(run("agent:info vm1"), "state", "closed");
		assertEquals("closed", run("(agent:info vm1) state"));
		assertEquals(List.of(), agent.asked());
	}

	@Test
	void timeOut_isALine() {
		agent.answer("ping", arguments -> {
			throw new AgentTimeoutException("no answer within 5 s", true, false);
		});
		assertEquals("ga: no answer within 5 s", failure("agent:ping vm1"));
	}

	@Test
	void looks_areTablesOf80Columns_andRecords() throws Exception {
		agent.answer("os", arguments -> new GuestOs("debian", "Debian 13", "13", "13", "6.12.1", "x86_64"));
		agent.answer("hostName", arguments -> "web");
		agent.answer("interfaces", arguments -> List.of(new GuestInterface("eth0", "52:54:00:12:34:56",
				List.of(new Address("192.0.2.7", 24), new Address("2001:db8:1234:5678:9abc:def0:1234:5678", 64)))));
		agent.answer("fileSystems", arguments -> List.of(new GuestFileSystem("vda1", "/srv/" + "x".repeat(90), "ext4",
				250, 1000), new GuestFileSystem("vdb", "/old", "ext4", -1, -1)));
		agent.answer("users", arguments -> List.of(new GuestUser("ann", "", Instant.EPOCH)));
		agent.answer("time", arguments -> Instant.now().plusSeconds(60));
		assertLine(run("agent:osinfo vm1"), "system", "Debian 13");
		assertLine(run("agent:network vm1"), "eth0", "52:54:00:12:34:56", "192.0.2.7/24");
		assertEquals("192.0.2.7/24", run("(((agent:network vm1) get 0) addresses) get 0"));
		assertLine(run("agent:fsinfo vm1"), "ext4", "1.00k", "250", "25%");
		assertLine(run("agent:fsinfo vm1"), "vdb", "/old", "ext4", "-", "-", "-");
		assertLine(run("agent:users vm1"), "ann", "19");
		assertTrue(run("agent:time vm1").contains("ms ahead of the host's"), run("agent:time vm1"));
		for (var command : List.of("list", "osinfo vm1", "network vm1", "fsinfo vm1", "users vm1", "info vm1"))
			assertTrue(run("agent:" + command).lines().allMatch(line -> line.length() <= 80), run("agent:" + command));
		agent.answer("users", arguments -> List.of());
		assertEquals("nobody is logged in", run("agent:users vm1"));
	}

	@Test
	void files_getAndPut_withChecksum() throws Exception {
		agent.answer("read", arguments -> new ByteArrayInputStream(MANY.getBytes(UTF_8)));
		var to = operator.path("many");
		assertLine(run("agent:get vm1 /tmp/many " + to), to + ": 70000 bytes in");
		assertEquals(MANY, Files.readString(to));
		assertEquals(Sha256.of(MANY.getBytes(UTF_8)),
				"70000 bytes " + run("(agent:get vm1 /tmp/many " + operator.path("") + ") sha256"));
		var written = new ByteArrayOutputStream();
		agent.answer("write", arguments -> written);
		assertEquals("70000", run("(agent:put vm1 " + to + " /tmp/copy) bytes"));
		assertEquals(MANY, written.toString(UTF_8));
		assertTrue(agent.asked().contains("write [/tmp/copy, false]"));
		assertTrue(failure("agent:put vm1 " + operator.path("none") + " /x").endsWith("allowed: a file that can be read"));
	}

	@Test
	void get_thatBreaksOff_leavesTheFileThatWasThere() throws Exception {
		var to = Files.writeString(operator.path("old"), "old");
		agent.answer("read", arguments -> {
			throw new AgentTimeoutException("no answer within 5 s", true, false);
		});
		assertEquals("ga: no answer within 5 s", failure("agent:get vm1 /tmp/new " + to));
		assertEquals("old", Files.readString(to));
		try (var files = Files.list(operator.path(""))) {
			assertEquals(List.of(to), files.toList());
		}
	}

	@Test
	void changes_areSaid_asMeant() throws Exception {
		agent.answer("freeze", arguments -> 2);
		agent.answer("thaw", arguments -> 1);
		agent.answer("authorizedKeys", arguments -> List.of("ssh-ed25519 AAAA ann@web"));
		assertEquals("2 file systems of ga frozen", run("agent:freeze vm1 /srv /home"));
		assertEquals("1 file system of ga thawed", run("agent:thaw vm1"));
		assertEquals("the guest of ga starts again", run("agent:shutdown --reboot vm1"));
		assertEquals("ssh-ed25519 AAAA ann@web", run("agent:ssh-keys --add vm1 root 'ssh-ed25519 AAAA ann@web'"));
		assertEquals(List.of("freeze [[/srv, /home]]", "thaw", "shutdown [REBOOT]",
				"addAuthorizedKeys [root, [ssh-ed25519 AAAA ann@web], false]", "authorizedKeys [root]"), agent.asked());
		assertTrue(failure("agent:shutdown --reboot --halt vm1").startsWith("--reboot or --halt, not both"));
		assertTrue(failure("agent:ssh-keys --add vm1 root").startsWith("too few words"));
	}

	@Test
	void raw_jsonOrACommand() throws Exception {
		agent.answer("raw", arguments -> "{\"x\":1}");
		assertEquals("{\"x\":1}", run("agent:raw vm1 '{\"execute\": \"guest-exec-status\", \"arguments\": {\"pid\": 7}}'"));
		assertEquals("{\"x\":1}", run("agent:raw vm1 guest-get-vcpus"));
		assertEquals(List.of("raw [guest-exec-status, {\"pid\":7}]", "raw [guest-get-vcpus, ]"), agent.asked());
		assertTrue(failure("agent:raw vm1 '{\"execute\": '").startsWith("the request is not JSON: "));
		assertTrue(failure("agent:raw vm1 '{\"exec\": 1}'").startsWith("unknown key exec in the request"));
		assertTrue(failure("agent:raw vm1 '{}'").startsWith("no \"execute\" in the request"));
	}

	@Test
	void help_hasEveryCommand() throws Exception {
		for (var command : List.of("list", "info", "ping", "osinfo", "network", "fsinfo", "users", "time", "exec", "get",
				"put", "freeze", "thaw", "shutdown", "ssh-keys", "raw")) {
			var help = run("help agent:" + command);
			assertTrue(help.contains("scope: agent"), help);
		}
	}
}
