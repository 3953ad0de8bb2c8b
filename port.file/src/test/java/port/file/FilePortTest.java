package port.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import bus.api.GuestPort;

class FilePortTest {
	@TempDir
	Path folder;

	private final List<String> calls = new ArrayList<>();
	private final GuestPort guest = (GuestPort) Proxy.newProxyInstance(getClass().getClassLoader(),
			new Class<?>[] { GuestPort.class }, (proxy, method, arguments) -> {
				calls.add(method.getName());
				return method.getReturnType() == int.class ? -1 : null;
			});

	@Test
	void guestData_unplugged_isInTheFileBehindWhatWasThere() throws Exception {
		var path = folder.resolve("y.log");
		Files.writeString(path, "before\n");
		var port = Configured.port(path);
		port.plugged(guest);
		var data = StandardCharsets.US_ASCII.encode("hello\n");
		assertEquals(6, port.guestData(data));
		port.unplugged();
		assertEquals("before\nhello\n", Files.readString(path));
		assertEquals(List.of("kept", "kept", "open", "keep"), calls);
		assertEquals(0, port.hostData(ByteBuffer.allocate(9)));
	}

	@Test
	void port_pluggedAgain_works() throws Exception {
		var path = folder.resolve("y.log");
		var port = Configured.port(path);
		for (int i = 0; i < 2; i++) {
			port.plugged(guest);
			port.guestData(StandardCharsets.US_ASCII.encode("x"));
			port.unplugged();
		}
		assertEquals("xx", Files.readString(path));
	}

	@Test
	void path_unusable_refusedWithTheKey() {
		var missing = assertThrows(IOException.class, () -> Configured.port(folder.resolve("no/y.log")).plugged(guest));
		assertTrue(missing.getMessage().startsWith("path=" + folder + "/no/y.log cannot be opened"), missing.getMessage());
		var directory = assertThrows(IOException.class, () -> Configured.port(folder).plugged(guest));
		assertTrue(directory.getMessage().startsWith("path=" + folder + " is not a regular file"), directory.getMessage());
	}
}
