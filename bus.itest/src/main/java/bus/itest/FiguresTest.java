package bus.itest;

import static bus.itest.Gogo.assertLine;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import bus.api.HostPort;
import bus.api.PortInfo;

/** What a port counts itself, in {@code vport:show}. */
@Timeout(60)
class FiguresTest {
	@Order(1)
	@RegisterExtension
	final LogWatch log = new LogWatch();
	@Order(2)
	@RegisterExtension
	final Operator operator = new Operator();

	@BeforeEach
	void bus() throws Exception {
		operator.bus("vm1");
	}

	/** A port of another vendor's, of which only the figures are of interest. */
	private record Vendors(Supplier<Map<String, Object>> counted) implements HostPort {

		@Override
		public int guestData(ByteBuffer data) {
			return 0;
		}

		@Override
		public int hostData(ByteBuffer room) {
			return 0;
		}

		@Override
		public Map<String, Object> figures() {
			return counted.get();
		}
	}

	/** Plugs a vendor's port; what the shell shows of it. */
	private String shown(Supplier<Map<String, Object>> figures) throws Exception {
		Dictionary<String, Object> properties = new Hashtable<>();
		properties.put("bus", "vm1");
		properties.put("name", "vendors");
		properties.put("port.type", "vendor");
		var registration = operator.framework().registerService(HostPort.class, new Vendors(figures), properties);
		try {
			var port = Await.value("plugged", () -> operator.runtime().ports().stream()
					.filter(it -> it.name().equals("vendors") && it.state() == PortInfo.State.PLUGGED).findFirst().orElse(null));
			return Gogo.run(operator, "vport:show " + port.label());
		} finally {
			registration.unregister();
		}
	}

	@Test
	void file_showsWhatItHasWritten_asRowsAndForScripts() throws Exception {
		var path = operator.path("y.log");
		operator.plug("port.file~y", "bus=vm1", "name=y", "path=" + path, "size=4k");
		var port = Operator.opened(operator.guest("vm1"), "y");
		port.writeFully(("x".repeat(4095) + "\nyy").getBytes(US_ASCII), Await.PATIENCE);
		Await.until("rotated", () -> Gogo.run(operator, "((vport:show y) figures) get rotations").equals("1"));
		Await.until("written", () -> Gogo.run(operator, "((vport:show y) figures) get written").equals("4098"));
		String shown = Gogo.run(operator, "vport:show y");
		assertLine(shown, "writes to", path.toString());
		assertLine(shown, "file size", "2");
		assertLine(shown, "held", "no");
	}

	@Test
	void vendors_figures_areShownInTheirOrder() throws Exception {
		var figures = new LinkedHashMap<String, Object>();
		figures.put("zebras", 3);
		figures.put("apes", "none");
		String shown = shown(() -> figures);
		assertLine(shown, "zebras", "3");
		assertLine(shown, "apes", "none");
		assertTrue(shown.indexOf("zebras") < shown.indexOf("apes"), shown);
	}

	@Test
	void vendors_figuresThrows_shownInTheirPlace_theRestIsThere() throws Exception {
		String shown = shown(() -> {
			throw new IllegalStateException("counter is gone");
		});
		assertLine(shown, "figures", "java.lang.IllegalStateException: counter is gone");
		assertLine(shown, "state", "plugged");
		assertLine(shown, "from guest", "0 bytes");
	}

	/** Of a library that its bundle has not got. */
	@Test
	void vendors_figuresDoesNotLink_likewise() throws Exception {
		assertLine(shown(() -> {
			throw new NoClassDefFoundError("org/example/Counter");
		}), "figures", "java.lang.NoClassDefFoundError: org/example/Counter");
	}

	@Test
	void vendors_figuresAreNotAsTheyShould_shownAllTheSame() throws Exception {
		assertLine(shown(() -> null), "state", "plugged");
		var figures = new LinkedHashMap<String, Object>();
		figures.put("nothing", null);
		figures.put("text", "two\nlines");
		String shown = shown(() -> figures);
		assertLine(shown, "nothing", "null");
		assertLine(shown, "text", "two lines");
		assertFalse(shown.lines().anyMatch(line -> line.strip().startsWith("lines")), shown);
		assertEquals(1, shown.lines().filter(line -> line.strip().startsWith("text")).count());
	}
}
