package bus.itest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** An index of bundles, as the OSGi repository specification has it. */
final class TestIndex {
	private final StringBuilder resources = new StringBuilder();

	/**
	 * A jar and what its manifest says, as {@code "package org.example 1.0.0"} or {@code "service org.example.X"}.
	 *
	 * @param jar where it is
	 * @param sha256 empty for the true one
	 */
	TestIndex add(Path jar, String name, String version, String sha256, String[] has, String... needs) throws IOException {
		resources.append("<resource>");
		capability("osgi.identity", name, "version", "Version", version, "type", "String", "osgi.bundle");
		capability("osgi.content", sha256.isEmpty() ? Sha256.of(Files.readAllBytes(jar)).split(" ")[2] : sha256, "url", "String", jar.getFileName().toString(),
				"size", "Long", String.valueOf(Files.size(jar)));
		capability("osgi.wiring.bundle", name, "bundle-version", "Version", version);
		for (var one : has) {
			var words = one.split(" ");
			if (words[0].equals("package"))
				capability("osgi.wiring.package", words[1], "version", "Version", words[2], "bundle-symbolic-name", "String",
						name, "bundle-version", "Version", version);
			else
				resources.append("<capability namespace='osgi.service'><attribute name='objectClass' type='List&lt;String&gt;'"
						+ " value='" + words[1] + "'/><directive name='effective' value='active'/></capability>");
		}
		for (var one : needs) {
			var words = one.split(" ");
			boolean service = words[0].equals("service");
			resources.append("<requirement namespace='" + (service ? "osgi.service" : "osgi.wiring.package")
					+ "'><directive name='filter' value='" + (service ? "(objectClass=" + words[1] + ")"
							: "(&amp;(osgi.wiring.package=" + words[1] + ")(version>=" + words[2] + ")(!(version>=2.0.0)))")
					+ "'/>" + (service ? "<directive name='effective' value='active'/>" : "") + "</requirement>");
		}
		resources.append("</resource>\n");
		return this;
	}

	private void capability(String namespace, String value, String... attributes) {
		resources.append("<capability namespace='").append(namespace).append("'><attribute name='").append(namespace)
				.append("' value='").append(value).append("'/>");
		for (int i = 0; i < attributes.length; i += 3)
			resources.append("<attribute name='").append(attributes[i]).append("' type='").append(attributes[i + 1])
					.append("' value='").append(attributes[i + 2]).append("'/>");
		resources.append("</capability>");
	}

	void write(Path file) throws IOException {
		Files.writeString(file, "<?xml version='1.0' encoding='UTF-8'?>\n<repository name='test' increment='1'"
				+ " xmlns='http://www.osgi.org/xmlns/repository/v1.0.0'>\n" + resources + "</repository>\n");
	}
}
