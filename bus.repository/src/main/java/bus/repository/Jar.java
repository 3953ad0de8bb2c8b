package bus.repository;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.jar.JarFile;
import java.io.OutputStream;

import org.osgi.framework.Constants;
import org.osgi.framework.Version;

/**
 * A jar that is a bundle.
 *
 * @param path where it is
 * @param name its symbolic name
 * @param sha256 of its content, in hexadecimal digits
 */
record Jar(Path path, String name, Version version, String sha256) {

	/** A jar that is still being copied has no directory at its end yet, and is refused. */
	static Jar read(Path path) throws IOException {
		try (var jar = new JarFile(path.toFile(), false)) {
			var manifest = jar.getManifest();
			var name = manifest == null ? null : manifest.getMainAttributes().getValue(Constants.BUNDLE_SYMBOLICNAME);
			if (name == null)
				throw new IOException("is not a bundle: no " + Constants.BUNDLE_SYMBOLICNAME + " in its manifest");
			var version = manifest.getMainAttributes().getValue(Constants.BUNDLE_VERSION);
			return new Jar(path, name.split(";")[0].strip(), Version.parseVersion(version), sha256(path));
		} catch (IllegalArgumentException e) {
			throw new IOException("is not a bundle: " + e.getMessage(), e);
		}
	}

	static String sha256(Path path) throws IOException {
		try (var content = new DigestInputStream(Files.newInputStream(path), MessageDigest.getInstance("SHA-256"))) {
			content.transferTo(OutputStream.nullOutputStream());
			return HexFormat.of().formatHex(content.getMessageDigest().digest());
		} catch (NoSuchAlgorithmException e) {
			throw new IllegalStateException(e); // every JDK has it
		}
	}

	String file() {
		return path.getFileName().toString();
	}

	@Override
	public String toString() {
		return name + " " + version;
	}
}
