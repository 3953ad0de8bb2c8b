/**
 * The Linux system calls that vport makes, and the only native code in it.
 *
 * <p>{@link bus.linux.Linux} holds one static method for each call, named as in C; it answers what the kernel answered, or
 * the negative error number: no exception, no allocation, any thread. The other classes put a few of them together:
 * {@link bus.linux.Epoll}, {@link bus.linux.Iovec}, {@link bus.linux.MessageSocket}, {@link bus.linux.Sockets},
 * {@link bus.linux.Peer}, {@link bus.linux.MappedFile}, {@link bus.linux.Pty}. They throw {@link bus.linux.LinuxException}.
 *
 * <p>Every descriptor made here is close-on-exec.
 */
@Export
@Version("1.1.0")
package bus.linux;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
