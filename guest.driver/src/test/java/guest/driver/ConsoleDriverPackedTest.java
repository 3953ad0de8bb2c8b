package guest.driver;

/** The same with packed rings, whose device returns several buffers with one descriptor. */
final class ConsoleDriverPackedTest extends ConsoleDriverTest {
	@Override
	long offered() {
		return VirtioFeature.AS_LINUX | VirtioFeature.IN_ORDER;
	}
}
