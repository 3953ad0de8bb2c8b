package port.guestagent;

/**
 * How a program in the guest ended.
 *
 * @param code its exit code; 128 and the signal's number if a signal ended it, as a shell says it
 * @param signal the signal's number (of Windows: the exception's code), or 0
 * @param outputBytes how much it wrote to its standard output
 * @param errorBytes how much it wrote to its standard error
 * @param truncated the agent did not keep all of it: {@link GuestCommand.Way#REPLY} has a limit
 */
public record GuestExit(int code, int signal, long outputBytes, long errorBytes, boolean truncated) {
}
