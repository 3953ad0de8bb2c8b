package bus.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import org.apache.felix.utils.properties.InterpolationHelper.BundleContextSubstitutionCallback;
import org.apache.felix.utils.properties.TypedProperties;
import org.osgi.framework.BundleContext;

/** The text of a configuration file, read and written as File Install reads it, so that both see the same values. */
final class ConfigText {
	private final BundleContext context;

	/** @param context its properties stand for {@code ${name}} in values */
	ConfigText(BundleContext context) {
		this.context = context;
	}

	Map<String, Object> read(Path file) throws IOException {
		return new HashMap<>(parse(Files.readString(file, UTF_8)));
	}

	/**
	 * The text with other values. What stays the same stays as it was written: comments, order, {@code ${name}}.
	 *
	 * @throws IOException if a value would be read back as another one
	 */
	String edited(String text, Map<String, Object> values) throws IOException {
		var file = parse(text);
		values.forEach((key, value) -> {
			if (!Objects.deepEquals(file.get(key), value))
				file.put(key, value);
		});
		List.copyOf(file.keySet()).stream().filter(key -> !values.containsKey(key)).forEach(file::remove);
		var written = new StringWriter();
		file.save(written);
		var again = parse(written.toString());
		for (var key : values.keySet())
			if (!Objects.deepEquals(again.get(key), values.get(key)))
				throw new IOException(key + "=" + values.get(key) + " cannot be read back from a file");
		return written.toString();
	}

	static boolean same(Map<String, Object> some, Map<String, Object> others) {
		return some.keySet().equals(others.keySet())
				&& some.entrySet().stream().allMatch(one -> Objects.deepEquals(one.getValue(), others.get(one.getKey())));
	}

	private TypedProperties parse(String text) throws IOException {
		var names = new BundleContextSubstitutionCallback(context);
		var file = new TypedProperties((name, key, value) -> names.getValue(value));
		file.load(new StringReader(text));
		return file;
	}
}
