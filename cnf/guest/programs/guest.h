/*
 * What the guest's own programs share. They stand on the kernel alone: no C library, so that any small compiler does, and
 * x86-64 only, as the guests are. Numbers are those of the kernel's interface.
 */
typedef unsigned char byte;
typedef unsigned long word;

/* sys(NUMBER, up to five arguments) */
long sys(long number, long a, long b, long c, long d, long e);
__asm__(".globl sys\n"
	"sys:\n"
	"mov %rdi, %rax\n"
	"mov %rsi, %rdi\n"
	"mov %rdx, %rsi\n"
	"mov %rcx, %rdx\n"
	"mov %r8, %r10\n"
	"mov %r9, %r8\n"
	"syscall\n"
	"ret\n");

/* the kernel puts the number of arguments and the arguments on the stack */
__asm__(".globl _start\n"
	"_start:\n"
	"mov %rsp, %rdi\n"
	"and $-16, %rsp\n"
	"call begin\n");

enum { READ = 0, WRITE = 1, OPEN = 2, CLOSE = 3, POLL = 7, EXIT = 60, CLOCK_GETTIME = 228, INOTIFY_ADD_WATCH = 254, INOTIFY_INIT = 294 };
enum { RDWR = 2, NONBLOCK = 04000 };
enum { EAGAIN = 11 };
enum { IN = 1, OUT = 4, HUP = 16 };

static void leave(int status) {
	sys(EXIT, status, 0, 0, 0, 0);
}

/* nanoseconds that only go forward */
static word now(void) {
	word time[2];
	sys(CLOCK_GETTIME, 1, (long)time, 0, 0, 0);
	return time[0] * 1000000000 + time[1];
}

/* A line is put together and written at once, so that who reads never sees half of one. */
static char line[512];
static int filled;

static void text(const char *more) {
	while (*more && filled < (int)sizeof line - 1)
		line[filled++] = *more++;
}

static void number(word value) {
	char digits[21];
	int at = 20;
	digits[20] = 0;
	do
		digits[--at] = '0' + value % 10;
	while (value /= 10);
	text(digits + at);
}

static void end_line(void) {
	line[filled++] = '\n';
	sys(WRITE, 1, (long)line, filled, 0, 0);
	filled = 0;
}

static void fail(const char *what, const char *name) {
	text(what);
	text(" ");
	text(name);
	end_line();
	leave(1);
}
