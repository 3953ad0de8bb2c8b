package bus.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.invoke.MethodHandles;
import java.util.List;
import java.util.stream.Stream;

import org.apache.felix.service.command.Descriptor;
import org.junit.jupiter.api.Test;

import bus.shell.command.MethodNames;

class HyphensTest {

	@Test
	void commands_haveHyphens_andWhatHelpReads() throws Exception {
		var copy = MethodNames.hyphenated(HyphenatedCommands.class, MethodHandles.lookup());
		var commands = Stream.of(copy.getMethods()).filter(method -> method.isAnnotationPresent(Descriptor.class)).toList();
		assertEquals(List.of("add-bus", "remove-bus"), commands.stream().map(method -> method.getName()).sorted().toList());
		for (var command : commands)
			assertTrue(Stream.of(command.getParameterAnnotations()).flatMap(Stream::of).count() > 0, command.toString());
	}
}
