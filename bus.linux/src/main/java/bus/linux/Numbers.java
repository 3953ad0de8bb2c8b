package bus.linux;

/**
 * System call numbers of one architecture, from {@code asm/unistd_64.h} and {@code asm-generic/unistd.h}.
 */
record Numbers(int read, int write, int readv, int writev, int close, int openat, int mknodat, int setpriority,
		int eventfd2, int epollCreate1, int epollCtl, int epollPwait, int socket, int socketpair, int pipe2, int bind,
		int listen, int accept4, int connect, int getsockname, int setsockopt, int getsockopt, int sendmsg, int recvmsg,
		int memfdCreate, int ftruncate, int lseek, int fchmod, int fcntl, int mmap, int munmap, int ioctl, int shutdown,
		int getpeername, int ppoll) {

	private static final Numbers X86_64 = new Numbers(0, 1, 19, 20, 3, 257, 259, 141, 290, 291, 233, 281, 41, 53, 293,
			49, 50, 288, 42, 51, 54, 55, 46, 47, 319, 77, 8, 91, 72, 9, 11, 16, 48, 52, 271);

	private static final Numbers GENERIC = new Numbers(63, 64, 65, 66, 57, 56, 33, 140, 19, 20, 21, 22, 198, 199, 59,
			200, 201, 242, 203, 204, 208, 209, 211, 212, 279, 46, 62, 52, 25, 222, 215, 29, 210, 205, 73);

	static Numbers ofThisMachine() {
		String architecture = System.getProperty("os.arch");
		return switch (architecture) {
			case "amd64", "x86_64" -> X86_64;
			case "aarch64", "riscv64" -> GENERIC;
			default -> throw new UnsupportedOperationException("os.arch=" + architecture
					+ ": vport knows the system calls of amd64, aarch64 and riscv64");
		};
	}
}
