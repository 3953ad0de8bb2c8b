package bus.api;

/** The one place where the version of this package is written. */
final class PackageVersion {
	static final String VALUE = "1.1.0";

	private PackageVersion() {
	}
}
