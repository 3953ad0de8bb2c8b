package bus.linux;

import java.util.Map;

/** Error numbers of Linux that vport tells apart, as positive numbers. */
public final class Errno {
	public static final int EPERM = 1;
	public static final int ENOENT = 2;
	public static final int EINTR = 4;
	public static final int EIO = 5;
	public static final int EBADF = 9;
	public static final int EAGAIN = 11;
	public static final int EACCES = 13;
	public static final int EFAULT = 14;
	public static final int EEXIST = 17;
	public static final int EINVAL = 22;
	public static final int ENFILE = 23;
	public static final int EMFILE = 24;
	public static final int EPIPE = 32;
	public static final int ENOTSOCK = 88;
	public static final int EAFNOSUPPORT = 97;
	public static final int EADDRINUSE = 98;
	public static final int EADDRNOTAVAIL = 99;
	public static final int ENETUNREACH = 101;
	public static final int ECONNABORTED = 103;
	public static final int ECONNRESET = 104;
	public static final int ETIMEDOUT = 110;
	public static final int ECONNREFUSED = 111;
	public static final int EHOSTUNREACH = 113;
	public static final int EINPROGRESS = 115;

	private static final Map<Integer, String> TEXT = Map.ofEntries(Map.entry(EPERM, "operation not permitted"),
			Map.entry(ENOENT, "no such file or directory"), Map.entry(EINTR, "interrupted"),
			Map.entry(EIO, "input/output error"), Map.entry(EBADF, "bad file descriptor"),
			Map.entry(EAGAIN, "not ready"), Map.entry(EACCES, "permission denied"),
			Map.entry(EFAULT, "bad address"), Map.entry(EEXIST, "file exists"),
			Map.entry(EINVAL, "invalid argument"),
			Map.entry(ENFILE, "too many open files in the system; raise fs.file-max"),
			Map.entry(EMFILE, "too many open files; raise the limit with 'ulimit -n' or LimitNOFILE="),
			Map.entry(EPIPE, "broken pipe"), Map.entry(ENOTSOCK, "not a socket"),
			Map.entry(ECONNABORTED, "connection aborted"), Map.entry(EADDRINUSE, "address already in use"),
			Map.entry(EADDRNOTAVAIL, "no such address here"), Map.entry(EAFNOSUPPORT, "not known to this kernel"),
			Map.entry(ENETUNREACH, "network unreachable"), Map.entry(EHOSTUNREACH, "host unreachable"),
			Map.entry(ETIMEDOUT, "timed out"), Map.entry(ECONNRESET, "connection reset"),
			Map.entry(ECONNREFUSED, "connection refused"), Map.entry(EINPROGRESS, "in progress"));

	private Errno() {
	}

	/** What the error number means; {@code errno N} for those not listed above. */
	public static String text(int errno) {
		return TEXT.getOrDefault(errno, "errno " + errno);
	}
}
