/**
 * The contract of a kind of port, as JUnit 5 tests: a port's author extends {@link port.testkit.HostPortContract}, says
 * how to make a port and how to reach what it leads to ({@link port.testkit.FarEnd}), and runs it with the project's
 * tests.
 *
 * <p>Nothing is imitated. {@link port.testkit.TestBus} is the bus itself, of {@code bus.core} and {@code
 * bus.vhostuser}, on a real socket, with the driver of {@code guest.driver} as the guest; it stands for itself where an
 * author wants tests of his own. Between bus and port is {@link port.testkit.ExaminedPort}, which changes nothing but
 * the buffers.
 *
 * <p>A jar for the class path of tests; nobody starts it in a framework. Threads: the test's own plays the guest's
 * program and the far end; the bus has its loop.
 */
@Version("1.0.0")
package port.testkit;

import org.osgi.annotation.versioning.Version;
