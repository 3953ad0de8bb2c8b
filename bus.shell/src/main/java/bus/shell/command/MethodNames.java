package bus.shell.command;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.MethodModel;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.AccessFlag;
import java.util.Locale;

/**
 * Commands with a hyphen. Gogo, its help too, looks for a method with the name of the command, and the Java language has no
 * name {@code add-bus}; the Java machine has. So Gogo gets a copy of the class whose public methods are renamed: nothing in
 * such a class may depend on the class being that one, lambdas that keep {@code this} for instance.
 */
public final class MethodNames {
	private MethodNames() {
	}

	/**
	 * Answers the copy.
	 *
	 * @param commands a public class
	 * @param lookup of a class in its package
	 * @throws IllegalAccessException if the lookup is another's
	 */
	public static Class<?> hyphenated(Class<?> commands, MethodHandles.Lookup lookup) throws IllegalAccessException {
		var files = ClassFile.of();
		ClassTransform renaming = (copy, element) -> {
			if (element instanceof MethodModel method && method.flags().has(AccessFlag.PUBLIC))
				copy.withMethod(hyphenated(method.methodName().stringValue()), method.methodTypeSymbol(),
						method.flags().flagsMask(), body -> method.forEach(body));
			else
				copy.with(element);
		};
		try (var bytes = commands.getResourceAsStream(commands.getSimpleName() + ".class")) {
			var copy = files.transformClass(files.parse(bytes.readAllBytes()), renaming);
			return lookup.defineHiddenClass(copy, true).lookupClass();
		} catch (IOException e) {
			throw new UncheckedIOException(e);
		}
	}

	/**
	 * {@code add-bus} of {@code addBus}.
	 *
	 * @param name a method's
	 */
	public static String hyphenated(String name) {
		return name.replaceAll("(?<=[a-z])(?=[A-Z])", "-").toLowerCase(Locale.ROOT);
	}
}
