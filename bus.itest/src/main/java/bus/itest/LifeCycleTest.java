package bus.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.osgi.framework.Bundle;
import org.osgi.framework.wiring.FrameworkWiring;

import bus.api.PortInfo;
import guest.driver.ConsoleDriver;
import guest.driver.GuestSidePort;

/**
 * All that can be done to a port's bundle, done to each of ours while ports of all of them carry data: the neighbours
 * lose nothing, nor does the port itself within its grace time. A console's guest cannot wait, so what it says
 * meanwhile is lost; it is silent.
 */
@Timeout(120)
class LifeCycleTest {
	private static final int TIMES = 3;

	/** One of each kind. */
	private record Kind(String bundle, String label, int id) {
		String pid() {
			return bundle + "~" + label;
		}
	}

	private static final Kind CONSOLE = new Kind("port.console", "z", 0);
	private static final List<Kind> KINDS = List.of(new Kind("port.socket", "x", 1), new Kind("port.file", "y", 2),
			CONSOLE);

	@Order(1)
	@RegisterExtension
	final LogWatch log = new LogWatch();
	@Order(2)
	@RegisterExtension
	final Operator operator = new Operator();

	private ConsoleDriver guest;
	private EchoTraffic echo;
	private FileTraffic file;

	/** What an operator does to a bundle; the port is to be there again soon after. */
	@FunctionalInterface
	private interface Step {
		void run(Bundle bundle) throws Exception;
	}

	@BeforeEach
	void traffic() throws Exception {
		operator.bus("vm1");
		operator.plug("port.socket~x", "bus=vm1", "name=x", "id=1", "listen=unix:" + operator.path("x"));
		operator.plug("port.file~y", "bus=vm1", "name=y", "id=2", "path=" + operator.path("y"));
		operator.plug("port.console~z", "bus=vm1", "link=" + operator.path("z"));
		guest = operator.guest("vm1");
		echo = EchoTraffic.start(operator.path("x"), Operator.opened(guest, "x"));
		file = new FileTraffic(operator.path("y"), Operator.opened(guest, "y"));
	}

	@AfterEach
	void nothingLost() throws Exception {
		echo.close();
		file.close();
	}

	@Test
	void stoppedAndStarted_withinTheGraceTime_nothingLost() throws Exception {
		withEach(bundle -> {
			bundle.stop();
			bundle.start();
		});
	}

	@Test
	void updated_nothingLost() throws Exception {
		withEach(Bundle::update);
	}

	@Test
	void refreshed_nothingLost() throws Exception {
		withEach(bundle -> {
			var done = new CountDownLatch(1);
			operator.framework().getBundle(0).adapt(FrameworkWiring.class).refreshBundles(List.of(bundle),
					event -> done.countDown());
			if (!done.await(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS))
				throw new AssertionError("not refreshed: " + bundle);
		});
	}

	@Test
	void uninstalledAndInstalled_withinTheGraceTime_nothingLost() throws Exception {
		withEach(bundle -> {
			bundle.uninstall();
			operator.framework().installBundle(bundle.getLocation()).start();
		});
	}

	private void withEach(Step step) throws Exception {
		for (var kind : KINDS) {
			if (kind == CONSOLE)
				times(kind, step);
			else
				try (var talk = ConsoleTraffic.start(operator.path("z"), port(CONSOLE))) {
					times(kind, step);
					talk.awaitMore();
				}
			try (var talk = ConsoleTraffic.start(operator.path("z"), port(CONSOLE))) {
				talk.awaitMore();
			}
		}
	}

	private void times(Kind kind, Step step) throws Exception {
		var port = port(kind);
		for (int i = 0; i < TIMES; i++) {
			step.run(operator.bundle(kind.bundle()));
			operator.await(kind.pid(), PortInfo.State.PLUGGED);
			echo.awaitMore();
			file.awaitMore();
		}
		assertFalse(port.isRemoved(), kind + " was taken from the guest");
	}

	private GuestSidePort port(Kind kind) throws Exception {
		return guest.awaitPort(kind.id(), Await.PATIENCE);
	}

	/** The traffic of the port itself would end there: what is looked at are its neighbours. */
	@Test
	void console_stopped_graceTimeOver_portGoes_neighboursLoseNothing() throws Exception {
		operator.configureAlone("bus.whiteboard", "grace=1");
		var port = port(CONSOLE);
		var bundle = operator.bundle(CONSOLE.bundle());
		bundle.stop();
		try {
			assertEquals(PortInfo.State.HELD, operator.port(CONSOLE.pid()).state());
			assertFalse(port.isRemoved());
			Await.until("the guest loses the port", port::isRemoved);
			assertEquals(null, operator.port(CONSOLE.pid()));
			echo.awaitMore();
			file.awaitMore();
		} finally {
			bundle.start();
		}
		try (var talk = ConsoleTraffic.start(operator.path("z"), port(CONSOLE))) {
			talk.awaitMore();
		}
	}
}
