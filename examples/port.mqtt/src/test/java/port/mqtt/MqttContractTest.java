package port.mqtt;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

import bus.api.HostPort;
import port.testkit.FarEnd;
import port.testkit.HostPortContract;
import port.testkit.Trait;

/** The contract of every kind of port, by way of a real broker. The far end is another client of it. */
class MqttContractTest extends HostPortContract {
	@TempDir
	static Path brokerFolder;
	private static Broker broker;
	private static final AtomicInteger NUMBERS = new AtomicInteger();

	/** Of one test: what the broker keeps for another one's session must not come here. */
	private String prefix;

	@BeforeAll
	static void startBroker() throws Exception {
		broker = new Broker(brokerFolder);
	}

	@AfterAll
	static void endBroker() {
		broker.close();
	}

	@BeforeEach
	void chooseTopics() {
		prefix = "test" + NUMBERS.incrementAndGet();
	}

	@Override
	protected HostPort port() {
		return new Configured(broker.address(), prefix + "/out", prefix + "/in", 2, prefix).port();
	}

	@Override
	protected FarEnd farEnd() throws IOException {
		int number = NUMBERS.incrementAndGet();
		var peer = broker.peer(prefix + "/out", prefix + "/in", 2);
		peer.sayUntilHeard("peer " + number);
		awaitLine("peer " + number + "\n");
		return peer;
	}

	/** And forgets what comes before it: it was said to another far end's guest. */
	private void awaitLine(String line) throws IOException {
		var seen = new StringBuilder();
		var one = new byte[1];
		while (seen.indexOf(line) < 0)
			seen.append(new String(one, 0, guest().read(one, 0, 1, patience()), US_ASCII));
	}

	/** The broker takes what nobody reads, so that neither side makes the other wait. */
	@Override
	protected Set<Trait> traits() {
		return EnumSet.of(Trait.FROM_GUEST, Trait.TO_GUEST, Trait.FAR_END_RETURNS);
	}

	@Override
	protected int many() {
		return 128 << 10;
	}

	@Override
	protected byte[] guestSays(Random random, int length) {
		return lines(random, length);
	}

	@Override
	protected byte[] farEndSays(Random random, int length) {
		return lines(random, length);
	}

	/** Of letters, some of them empty. */
	static byte[] lines(Random random, int length) {
		var text = new StringBuilder();
		while (text.length() < length) {
			int most = Math.min(random.nextInt(100), length - text.length() - 1);
			for (int i = 0; i < most; i++)
				text.append((char) ('a' + random.nextInt(26)));
			text.append('\n');
		}
		return text.toString().getBytes(US_ASCII);
	}

	@Override
	protected List<HostPort> misconfigured() {
		return List.of(Configured.port("127.0.0.1:1883", "a", "b", 1), Configured.port("tcp://127.0.0.1", "a", "b", 1),
				Configured.port("http://127.0.0.1:80", "a", "b", 1), Configured.port("tcp://h:1/x y", "a", "b", 1),
				Configured.port("tcp://h:1883", "a/#", "b", 1), Configured.port("tcp://h:1883", "a", "b#", 1),
				Configured.port("tcp://h:1883", "a", "#/b", 1), Configured.port("tcp://h:1883", "a", "b", 3),
				Configured.port("tcp://h:1883", "", "", 1));
	}
}
