package bus.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Consumer;

import org.junit.jupiter.api.Test;

import bus.api.Attachable;

class ConversationTest {

	@Test
	void conversation_escapeTyped_endsWithAllShown() {
		var typed = new ByteArrayOutputStream();
		var output = new ByteArrayOutputStream();
		var keys = new LineKeys(new ByteArrayInputStream("ls\r\035never".getBytes(StandardCharsets.US_ASCII)));
		var end = assertTimeoutPreemptively(Duration.ofSeconds(10),
				() -> new Conversation(new Echo(typed), keys, output).hold());
		assertEquals("disconnected", end);
		assertEquals("ls\r", typed.toString(StandardCharsets.US_ASCII));
		assertEquals("ls\r", output.toString(StandardCharsets.US_ASCII));
	}

	@Test
	void screen_terminalTooSlow_lossMarked() throws IOException {
		var screen = new Screen();
		screen.accept(ByteBuffer.allocate(65_000));
		screen.accept(ByteBuffer.allocate(1_000));
		screen.end();
		var shown = new ByteArrayOutputStream();
		screen.show(shown);
		assertTrue(shown.toString(StandardCharsets.US_ASCII).endsWith("\r\n[vport: 464 bytes lost]\r\n"));
	}

	/** A console whose guest echoes. */
	private record Echo(ByteArrayOutputStream typed) implements Attachable {

		@Override
		public Attachment attach(Consumer<ByteBuffer> output) {
			return new Attachment() {

				@Override
				public int type(ByteBuffer keys) {
					typed.write(keys.get(keys.position()));
					output.accept(keys.duplicate());
					return keys.remaining();
				}

				@Override
				public void resize(int columns, int rows) {
					throw new AssertionError();
				}

				@Override
				public boolean isOpen() {
					return true;
				}

				@Override
				public void close() {
					// nothing to end
				}
			};
		}
	}
}
