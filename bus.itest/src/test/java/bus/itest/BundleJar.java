package bus.itest;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;

/**
 * A bundle of this build, and what an operator may get instead of it: a newer one, or one of another vendor.
 *
 * @param name symbolic name, and PID of its one component
 * @param jar as it was built
 */
record BundleJar(String name, Path jar) {

	static BundleJar built(String name) throws IOException {
		var built = VportProcess.root().resolve(name).resolve("target");
		try (var jars = Files.newDirectoryStream(built, name + "-*.jar")) {
			return new BundleJar(name, jars.iterator().next());
		}
	}

	/** As a shell's commands want it. */
	String url() {
		return "file:" + jar;
	}

	/** The same code under another number, so that an update is one. */
	BundleJar version(String version, Path folder) throws IOException {
		return copy(name, version, folder);
	}

	/** The same code as another kind of port: neither bundle knows of the other, each has its own configurations. */
	BundleJar named(String other, Path folder) throws IOException {
		return copy(other, "1.0.0", folder);
	}

	private BundleJar copy(String other, String version, Path folder) throws IOException {
		var copy = folder.resolve(other + "-" + version + ".jar");
		try (var in = new JarFile(jar.toFile()); var out = new JarOutputStream(Files.newOutputStream(copy),
				manifest(in, other, version))) {
			for (var entry : (Iterable<ZipEntry>) in.stream().map(ZipEntry.class::cast)::iterator) {
				if (entry.getName().equals(JarFile.MANIFEST_NAME) || entry.isDirectory())
					continue;
				out.putNextEntry(new ZipEntry(entry.getName()));
				var bytes = in.getInputStream(entry).readAllBytes();
				out.write(entry.getName().endsWith(".xml") ? renamed(bytes, other) : bytes);
			}
		}
		return new BundleJar(other, copy);
	}

	private static Manifest manifest(JarFile in, String name, String version) throws IOException {
		var manifest = new Manifest(in.getManifest());
		manifest.getMainAttributes().put(new Attributes.Name("Bundle-SymbolicName"), name);
		manifest.getMainAttributes().put(new Attributes.Name("Bundle-Version"), version);
		return manifest;
	}

	/** The PID is in quotes of its own; names of classes and files begin with it. */
	private byte[] renamed(byte[] xml, String other) {
		return new String(xml, StandardCharsets.UTF_8).replace("\"" + name + "\"", "\"" + other + "\"")
				.getBytes(StandardCharsets.UTF_8);
	}
}
