package port.guestagent;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

import org.osgi.annotation.versioning.ProviderType;

/**
 * The QEMU guest agent of a virtual machine. A service for as long as its port is configured; whether anybody can be
 * asked is said by {@link #status}.
 *
 * <p><b>Calls.</b> Each is one command for the agent, or several, and waits until the agent has answered. Agents
 * execute one command at a time: calls wait for their turn, and the clients' turns go round. Only thaw goes before all
 * others.
 *
 * <p><b>Deadlines.</b> No call takes longer than its deadline, whatever the agent does: the port's {@code timeout},
 * unless {@link #within} sets another. Waiting for one's turn counts. The deadline is the host's time, also while the
 * virtual machine is paused; {@link AgentTimeoutException#paused} tells then that the agent is not at fault, and the
 * agent's state does not change for it. Where several commands are sent, each has the deadline for itself.
 *
 * <p><b>Exceptions</b> that every call may end with: {@link AgentNotReadyException}, {@link AgentTimeoutException},
 * {@link AgentErrorException}, {@link AgentLostException}, {@link AgentUnsupportedException},
 * {@link AgentFrozenException}, {@link AgentBusyException}, {@link AgentInterruptedException}. An
 * {@code IllegalStateException} is for callers on the bus's loop thread, which must not wait.
 */
@ProviderType
public interface GuestAgent {

	/**
	 * How the agent is at this moment. Asks nobody.
	 * <ul>
	 * <li>Thread: any.
	 * <li>Blocking: never.
	 * <li>Buffers: none.
	 * <li>Return: what is known; it may be out of date on arrival.
	 * <li>Exception: none.
	 * </ul>
	 */
	AgentStatus status();

	/**
	 * The same agent, with another deadline for each call.
	 * <ul>
	 * <li>Thread: any.
	 * <li>Blocking: never.
	 * <li>Buffers: none.
	 * <li>Return: a view of this one, for the same client.
	 * <li>Exception: {@code IllegalArgumentException} for a time that is not above zero.
	 * </ul>
	 *
	 * @param timeout for a call, or for each command of those that send several
	 */
	GuestAgent within(Duration timeout);

	/**
	 * The same agent, on behalf of another client. Calls of one client wait for each other; clients take turns.
	 * <ul>
	 * <li>Thread: any.
	 * <li>Blocking: never.
	 * <li>Buffers: none.
	 * <li>Return: a view of this one, with the same deadline.
	 * <li>Exception: none.
	 * </ul>
	 *
	 * @param client for messages and for the order of turns; by default a client is a bundle
	 */
	GuestAgent as(String client);

	/**
	 * Asks whether the agent answers ({@code guest-ping}).
	 * <ul>
	 * <li>Thread: any but a loop.
	 * <li>Blocking: until the agent answers, at most the deadline.
	 * <li>Buffers: none.
	 * <li>Return: nothing.
	 * <li>Exception: as said above.
	 * </ul>
	 *
	 * @throws AgentException as said above
	 */
	void ping() throws AgentException;

	/**
	 * Asks what the agent can do ({@code guest-info}).
	 * <ul>
	 * <li>Thread: any but a loop.
	 * <li>Blocking: until the agent answers, at most the deadline.
	 * <li>Buffers: none.
	 * <li>Return: the answer, which {@link #status} shows from now on, too.
	 * <li>Exception: as said above.
	 * </ul>
	 *
	 * @throws AgentException as said above
	 */
	AgentInfo info() throws AgentException;

	/**
	 * The guest's operating system ({@code guest-get-osinfo}).
	 * <ul>
	 * <li>Thread: any but a loop.
	 * <li>Blocking: until the agent answers, at most the deadline.
	 * <li>Buffers: none.
	 * <li>Return: the answer.
	 * <li>Exception: as said above.
	 * </ul>
	 *
	 * @throws AgentException as said above
	 */
	GuestOs os() throws AgentException;

	/**
	 * The guest's name for itself ({@code guest-get-host-name}).
	 * <ul>
	 * <li>Thread: any but a loop.
	 * <li>Blocking: until the agent answers, at most the deadline.
	 * <li>Buffers: none.
	 * <li>Return: the name.
	 * <li>Exception: as said above.
	 * </ul>
	 *
	 * @throws AgentException as said above
	 */
	String hostName() throws AgentException;

	/**
	 * The network interfaces and their addresses ({@code guest-network-get-interfaces}).
	 * <ul>
	 * <li>Thread: any but a loop.
	 * <li>Blocking: until the agent answers, at most the deadline.
	 * <li>Buffers: none.
	 * <li>Return: the answer, in the agent's order.
	 * <li>Exception: as said above.
	 * </ul>
	 *
	 * @throws AgentException as said above
	 */
	List<GuestInterface> interfaces() throws AgentException;

	/**
	 * What is mounted ({@code guest-get-fsinfo}).
	 * <ul>
	 * <li>Thread: any but a loop.
	 * <li>Blocking: until the agent answers, at most the deadline.
	 * <li>Buffers: none.
	 * <li>Return: the answer, in the agent's order.
	 * <li>Exception: as said above.
	 * </ul>
	 *
	 * @throws AgentException as said above
	 */
	List<GuestFileSystem> fileSystems() throws AgentException;

	/**
	 * Who is logged in ({@code guest-get-users}).
	 * <ul>
	 * <li>Thread: any but a loop.
	 * <li>Blocking: until the agent answers, at most the deadline.
	 * <li>Buffers: none.
	 * <li>Return: the answer, in the agent's order.
	 * <li>Exception: as said above.
	 * </ul>
	 *
	 * @throws AgentException as said above
	 */
	List<GuestUser> users() throws AgentException;

	/**
	 * The guest's clock ({@code guest-get-time}).
	 * <ul>
	 * <li>Thread: any but a loop.
	 * <li>Blocking: until the agent answers, at most the deadline.
	 * <li>Buffers: none.
	 * <li>Return: what it showed when the agent looked.
	 * <li>Exception: as said above.
	 * </ul>
	 *
	 * @throws AgentException as said above
	 */
	Instant time() throws AgentException;

	/**
	 * Sets the guest's clock ({@code guest-set-time}), for instance after a pause.
	 * <ul>
	 * <li>Thread: any but a loop.
	 * <li>Blocking: until the agent answers, at most the deadline.
	 * <li>Buffers: none.
	 * <li>Return: nothing.
	 * <li>Exception: as said above; {@code IllegalArgumentException} for a time before 1970.
	 * </ul>
	 *
	 * @param time from 1970 on; most guests take whole microseconds of it
	 * @throws AgentException as said above
	 */
	void setTime(Instant time) throws AgentException;

	/**
	 * Brings file systems to a consistent state and stops all writing to them ({@code guest-fsfreeze-freeze}), for a
	 * snapshot. Until {@link #thaw} the agent executes only {@code guest-ping}, {@code guest-info}, {@code
	 * guest-sync}, {@code guest-fsfreeze-status} and {@code guest-fsfreeze-thaw}. A freeze that is left hanging, by
	 * whomever, the port thaws after its {@code thaw_after} seconds; one whose caller was not told that it succeeded,
	 * as soon as the agent answers.
	 * <ul>
	 * <li>Thread: any but a loop.
	 * <li>Blocking: until the agent answers, at most the deadline.
	 * <li>Buffers: none.
	 * <li>Return: the number of file systems that are frozen.
	 * <li>Exception: as said above.
	 * </ul>
	 *
	 * @param mountPoints only these ({@code guest-fsfreeze-freeze-list}); all, if it is empty
	 * @throws AgentException as said above
	 */
	int freeze(List<String> mountPoints) throws AgentException;

	/**
	 * Ends {@link #freeze}. Goes before all calls that wait. Without an effect if nothing is frozen.
	 * <ul>
	 * <li>Thread: any but a loop.
	 * <li>Blocking: until the agent answers, at most the deadline.
	 * <li>Buffers: none.
	 * <li>Return: the number of file systems that were thawed.
	 * <li>Exception: as said above.
	 * </ul>
	 *
	 * @throws AgentException as said above
	 */
	int thaw() throws AgentException;

	/**
	 * Asks whether file systems are frozen ({@code guest-fsfreeze-status}), by whomever.
	 * <ul>
	 * <li>Thread: any but a loop.
	 * <li>Blocking: until the agent answers, at most the deadline.
	 * <li>Buffers: none.
	 * <li>Return: the answer.
	 * <li>Exception: as said above.
	 * </ul>
	 *
	 * @throws AgentException as said above
	 */
	boolean frozen() throws AgentException;

	/**
	 * Shuts the guest down ({@code guest-shutdown}). An agent says nothing if it succeeds: this call returns when the
	 * agent answers something else afterwards, or the guest is gone.
	 * <ul>
	 * <li>Thread: any but a loop.
	 * <li>Blocking: until the agent answers, at most the deadline.
	 * <li>Buffers: none.
	 * <li>Return: the guest has begun to shut down.
	 * <li>Exception: as said above.
	 * </ul>
	 *
	 * @param mode what comes after
	 * @throws AgentException as said above
	 */
	void shutdown(Shutdown mode) throws AgentException;

	/**
	 * Sets a user's password ({@code guest-set-user-password}).
	 * <ul>
	 * <li>Thread: any but a loop.
	 * <li>Blocking: until the agent answers, at most the deadline.
	 * <li>Buffers: none.
	 * <li>Return: nothing.
	 * <li>Exception: as said above.
	 * </ul>
	 *
	 * @param user who must exist
	 * @param password in clear, or as {@code crypt(3)} makes it; it is in no log
	 * @param crypted whether it is the latter
	 * @throws AgentException as said above
	 */
	void setPassword(String user, String password, boolean crypted) throws AgentException;

	/**
	 * A user's SSH keys ({@code guest-ssh-get-authorized-keys}).
	 * <ul>
	 * <li>Thread: any but a loop.
	 * <li>Blocking: until the agent answers, at most the deadline.
	 * <li>Buffers: none.
	 * <li>Return: a line of {@code authorized_keys} each.
	 * <li>Exception: as said above.
	 * </ul>
	 *
	 * @param user who must exist
	 * @throws AgentException as said above
	 */
	List<String> authorizedKeys(String user) throws AgentException;

	/**
	 * Lets people in ({@code guest-ssh-add-authorized-keys}).
	 * <ul>
	 * <li>Thread: any but a loop.
	 * <li>Blocking: until the agent answers, at most the deadline.
	 * <li>Buffers: none.
	 * <li>Return: nothing.
	 * <li>Exception: as said above.
	 * </ul>
	 *
	 * @param user who must exist
	 * @param keys a line of {@code authorized_keys} each
	 * @param reset whether these replace all others
	 * @throws AgentException as said above
	 */
	void addAuthorizedKeys(String user, List<String> keys, boolean reset) throws AgentException;

	/**
	 * Locks people out ({@code guest-ssh-remove-authorized-keys}). Keys that are not there are no error.
	 * <ul>
	 * <li>Thread: any but a loop.
	 * <li>Blocking: until the agent answers, at most the deadline.
	 * <li>Buffers: none.
	 * <li>Return: nothing.
	 * <li>Exception: as said above.
	 * </ul>
	 *
	 * @param user who must exist
	 * @param keys lines as they were added
	 * @throws AgentException as said above
	 */
	void removeAuthorizedKeys(String user, List<String> keys) throws AgentException;

	/**
	 * Runs a program in the guest ({@code guest-exec}) and passes on what it writes, while it runs where the guest
	 * allows, see {@link GuestCommand.Way}. A program that is not waited for to the end, whatever the reason, is
	 * killed, and what it left in the guest's {@code /tmp} is removed, at the latest when the agent answers again.
	 * <ul>
	 * <li>Thread: any but a loop.
	 * <li>Blocking: until the program has ended, at most {@link GuestCommand#limit} and one deadline; then until what
	 * is in its files has come, each piece within a deadline.
	 * <li>Buffers: both streams are written to by this thread, and not closed.
	 * <li>Return: how the program ended.
	 * <li>Exception: as said above; {@link AgentTimeoutException} also when it ran too long; of the streams as it
	 * comes.
	 * </ul>
	 *
	 * @param command what to run
	 * @param output gets the standard output; may be {@code errors} too
	 * @param errors gets the standard error
	 * @throws IOException an {@link AgentException} as said above, or what a stream threw
	 */
	GuestExit exec(GuestCommand command, OutputStream output, OutputStream errors) throws IOException;

	/**
	 * Opens a file of the guest for reading ({@code guest-file-open}). It is read in pieces that grow as long as the
	 * agent answers quickly; other clients have their turns between them.
	 * <ul>
	 * <li>Thread: any but a loop.
	 * <li>Blocking: until the agent answers, at most the deadline.
	 * <li>Buffers: none.
	 * <li>Return: the content; each of its reads may be a call, with a deadline and an {@link AgentException} of its
	 * own. To be closed, or the agent keeps the file open.
	 * <li>Exception: as said above.
	 * </ul>
	 *
	 * @param path in the guest
	 * @throws AgentException as said above
	 */
	InputStream read(String path) throws AgentException;

	/**
	 * Opens a file of the guest for writing, and makes it if it is not there. As {@link #read}.
	 * <ul>
	 * <li>Thread: any but a loop.
	 * <li>Blocking: until the agent answers, at most the deadline.
	 * <li>Buffers: none.
	 * <li>Return: the way in; what was written is in the guest when it was flushed or closed. To be closed.
	 * <li>Exception: as said above.
	 * </ul>
	 *
	 * @param path in the guest, in a folder that exists
	 * @param append whether to keep what is in it
	 * @throws AgentException as said above
	 */
	OutputStream write(String path, boolean append) throws AgentException;

	/**
	 * Sends any command, also one that this interface does not know.
	 * <ul>
	 * <li>Thread: any but a loop.
	 * <li>Blocking: until the agent answers, at most the deadline.
	 * <li>Buffers: none.
	 * <li>Return: the {@code return} of the answer, as JSON; {@code {}} for a command that succeeds without a word.
	 * <li>Exception: as said above; {@code IllegalArgumentException} if the arguments are not a JSON object.
	 * </ul>
	 *
	 * @param command for instance {@code guest-get-vcpus}
	 * @param arguments a JSON object, or empty
	 * @throws AgentException as said above
	 */
	String raw(String command, String arguments) throws AgentException;

	/** What a guest does after it has shut down. */
	enum Shutdown {
		/** The machine is switched off. */
		POWERDOWN,
		/** The processors stop. */
		HALT,
		/** The guest starts again. */
		REBOOT
	}
}
