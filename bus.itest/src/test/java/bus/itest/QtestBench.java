package bus.itest;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

import bus.itest.QtestConsole.Layout;

/**
 * One vport process for the tests of a class, which each have a QEMU of their own on its bus. After each test both must
 * be well, and have complained of what the test expects and nothing else; a test that fails ends both.
 *
 * <p>The bus {@code vm1} has 7 ports and offers packed rings; plugged are console 0, socket 1 named
 * {@code org.vport.data} and socket 2 named {@code org.vport.other}.
 */
final class QtestBench implements BeforeEachCallback, AfterEachCallback, AfterAllCallback {
	static final int PORTS = 7;
	static final int QUEUES = 2 * (PORTS + 1);
	static final int CONSOLE = 0;
	static final int DATA = 1;
	static final int OTHER = 2;

	private static final int CONTROL_BUFFERS = 20;
	private static final String GONE = "the virtual machine has gone";

	private final String terminal;
	private final List<String> expected = new ArrayList<>();
	private GuestHost host;
	private Path socket;
	private Path data;
	private Path other;
	private GuestConsole console;
	private QtestMachine machine;
	private String test;
	private int hosts;
	private int machines;
	private int gone;
	private int complaints;

	QtestBench() {
		this(null);
	}

	/**
	 * @param terminal the type of terminal for vport's shell; null for none
	 */
	QtestBench(String terminal) {
		this.terminal = terminal;
	}

	@Override
	public void beforeEach(ExtensionContext context) throws Exception {
		if (host == null)
			start(context.getRequiredTestClass());
		test = context.getRequiredTestMethod().getName();
		gone = count(GONE) - machines;
		complaints = host.vport().complaints().size();
	}

	private void start(Class<?> tests) throws Exception {
		host = new GuestHost(tests, "vport-" + ++hosts);
		var files = host.configuration();
		socket = files.path("vm1.sock");
		files.write("bus.vhostuser-vm1", "socket=" + socket, "ports=" + PORTS, "packed=on");
		var link = files.console("console", "vm1");
		data = files.socket("data", "vm1", DATA);
		other = files.socket("other", "vm1", OTHER);
		if (terminal == null)
			host.start();
		else
			host.startOnTerminal(terminal);
		console = new GuestConsole(link, host.logs().resolve("console"));
	}

	@Override
	public void afterEach(ExtensionContext context) throws Exception {
		boolean well = false;
		try {
			if (machine != null)
				assertAll(machine::quit, this::assertGone, this::assertComplaints);
			well = context.getExecutionException().isEmpty();
		} finally {
			if (machine != null)
				machine.close();
			machine = null;
			expected.clear();
			if (!well) // what a failed test has left behind is not to fail the next one
				close();
		}
	}

	@Override
	public void afterAll(ExtensionContext context) throws Exception {
		close();
	}

	private void close() throws IOException {
		if (host != null)
			host.close();
		host = null;
	}

	// ---- what a test gets

	GuestHost host() {
		return host;
	}

	Path socket() {
		return socket;
	}

	/** The address of port 2. */
	Path other() {
		return other;
	}

	/** Whoever is at the terminal of port 0. */
	GuestConsole console() {
		return console;
	}

	/** A QEMU with the device on the bus, whose driver has done nothing yet. */
	QtestConsole boot() throws IOException {
		return boot(QtestMachine.device(socket, QUEUES, QtestConsole.RING));
	}

	QtestConsole boot(List<String> arguments) throws IOException {
		var log = host.logs().resolve("%s-%d.log".formatted(test, ++machines));
		machine = new QtestMachine(host.configuration().folder(), log, arguments);
		return new QtestConsole(machine.qtest());
	}

	/** A QEMU whose driver has its ports, both sockets open, and buffers left for control messages. */
	QtestConsole bootAndOpen(Layout layout) throws IOException {
		var guest = boot();
		takePorts(guest, layout);
		return guest;
	}

	/** What a kernel and its programs do until both sockets are open; those named have a client. */
	static void takePorts(QtestConsole guest, Layout layout, Integer... withClient) {
		guest.start(layout);
		takePorts(guest, withClient);
	}

	/** The same with a driver that has started. */
	static void takePorts(QtestConsole guest, Integer... withClient) {
		guest.postControl(CONTROL_BUFFERS);
		guest.deviceReady(CONSOLE, DATA, OTHER);
		var connected = List.of(withClient);
		for (int port : List.of(DATA, OTHER)) {
			var name = QtestControl.name(port, port == DATA ? "org.vport.data" : "org.vport.other");
			if (connected.contains(port))
				guest.readyAndOpen(port, name, new QtestControl(port, QtestControl.PORT_OPEN, 1));
			else
				guest.readyAndOpen(port, name);
		}
	}

	/** A client of port 1, of which the guest has heard. */
	PortClient connect(QtestConsole guest) throws IOException {
		return connect(guest, DATA, data);
	}

	/** A client of port 2, of which the guest has heard. */
	PortClient connectOther(QtestConsole guest) throws IOException {
		return connect(guest, OTHER, other);
	}

	private static PortClient connect(QtestConsole guest, int port, Path address) throws IOException {
		var client = PortClient.connect(address);
		guest.expect(new QtestControl(port, QtestControl.PORT_OPEN, 1));
		return client;
	}

	/** QEMU is killed; when this returns, the bus takes the next one. */
	void crash() throws IOException, InterruptedException {
		machine.close();
		assertGone();
	}

	QtestMachine machine() {
		return machine;
	}

	/** vport will complain of this, once or more; without it that is a failure. */
	void expectComplaint(String part) {
		expected.add(part);
	}

	/** Waits for a complaint that is expected. */
	void awaitComplaint(String part) throws IOException, InterruptedException {
		host.vport().await(vport -> complaints().stream().anyMatch(line -> line.contains(part)), part);
	}

	// ---- what must be true after each test

	/** The next machine would be turned away before. */
	private void assertGone() throws IOException, InterruptedException {
		host.vport().await(vport -> count(GONE) == gone + machines, GONE);
	}

	private int count(String part) throws IOException {
		return (int) host.vport().err().stream().filter(line -> line.contains(part)).count();
	}

	private void assertComplaints() throws IOException {
		var these = complaints();
		assertEquals(List.of(), these.stream().filter(line -> expected.stream().noneMatch(line::contains)).toList());
		assertEquals(List.of(), expected.stream().filter(part -> these.stream().noneMatch(line -> line.contains(part)))
				.toList(), () -> "not complained of, but: " + these);
	}

	/** Those of this test. */
	private List<String> complaints() throws IOException {
		var all = host.vport().complaints();
		return all.subList(complaints, all.size());
	}
}
