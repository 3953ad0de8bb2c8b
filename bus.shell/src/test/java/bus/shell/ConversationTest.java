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
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntSupplier;

import org.junit.jupiter.api.Test;

import bus.api.Attachable.Attachment;
import bus.api.Attachable.Visitor;
import bus.api.Attachable.Wish;

class ConversationTest {
	private static final Visitor VISITOR = new Visitor("alice", Wish.ATTACH);

	@Test
	void conversation_escapeTyped_endsWithAllShown() {
		var typed = new ByteArrayOutputStream();
		var output = new ByteArrayOutputStream();
		var keys = new LineKeys(new ByteArrayInputStream("ls\r\035never".getBytes(StandardCharsets.US_ASCII)));
		var end = assertTimeoutPreemptively(Duration.ofSeconds(10),
				() -> new Conversation(new Echo(typed), VISITOR, keys, output, Conversation.ESCAPE).hold());
		assertEquals("disconnected", end);
		assertEquals("ls\r", typed.toString(StandardCharsets.US_ASCII));
		assertEquals("ls\r", output.toString(StandardCharsets.US_ASCII));
	}

	@Test
	void conversation_portHeld_waitsAndTypesWhatWasTypedMeanwhile() {
		var typed = new ByteArrayOutputStream();
		var output = new ByteArrayOutputStream();
		var door = new Echo(typed);
		var keys = new Script(List.of(() -> 'a', () -> {
			door.sessionOpen = false;
			door.held = true;
			return Conversation.Keys.NOTHING_YET;
		}, () -> 'b', () -> 'c', () -> {
			door.held = false;
			return Conversation.Keys.NOTHING_YET;
		}, () -> 'd', () -> Conversation.ESCAPE));
		var end = assertTimeoutPreemptively(Duration.ofSeconds(10), () -> new Conversation(door,
				new Visitor("alice", Wish.FORCE), keys, output, Conversation.ESCAPE).hold());
		assertEquals("disconnected", end);
		assertEquals("abcd", typed.toString(StandardCharsets.US_ASCII));
		assertEquals(List.of(Wish.FORCE, Wish.ATTACH), door.wishes);
		assertEquals(2, keys.sessions, "the size is told to each session");
		assertEquals("a\r\n[vport: the port is being replaced]\r\nbcd",
				output.toString(StandardCharsets.US_ASCII));
	}

	@Test
	void conversation_portGoneForGood_ends() {
		var door = new Echo(new ByteArrayOutputStream());
		var keys = new Script(List.of(() -> {
			door.sessionOpen = false;
			door.there = false;
			return Conversation.Keys.NOTHING_YET;
		}));
		var end = assertTimeoutPreemptively(Duration.ofSeconds(10), () -> new Conversation(door, VISITOR, keys,
				new ByteArrayOutputStream(), Conversation.ESCAPE).hold());
		assertEquals("the port was unplugged", end);
	}

	@Test
	void screen_terminalTooSlow_lossMarked() throws IOException {
		var screen = new Screen();
		screen.accept(ByteBuffer.allocate(65_000));
		screen.accept(ByteBuffer.allocate(Screen.MOST - 65_000 + 464));
		screen.end();
		var shown = new ByteArrayOutputStream();
		screen.show(shown);
		assertTrue(shown.toString(StandardCharsets.US_ASCII).endsWith("\r\n[vport: 464 bytes lost]\r\n"));
	}

	/** Keys, and what happens at their moments. */
	private static final class Script implements Conversation.Keys {
		private final Iterator<IntSupplier> steps;
		int sessions;

		Script(List<IntSupplier> steps) {
			this.steps = steps.iterator();
		}

		@Override
		public int read() {
			return steps.next().getAsInt();
		}

		@Override
		public void tellSize(Attachment session) {
			sessions++;
		}
	}

	/** A console whose guest echoes. */
	private static final class Echo implements Conversation.Door {
		private final ByteArrayOutputStream typed;
		private final List<Wish> wishes = new ArrayList<>();
		private boolean sessionOpen;
		private boolean held;
		private boolean there = true;

		Echo(ByteArrayOutputStream typed) {
			this.typed = typed;
		}

		@Override
		public boolean mayComeBack() {
			return there;
		}

		@Override
		public Attachment attach(Visitor visitor, Consumer<ByteBuffer> output) {
			if (!there || held)
				return null;
			sessionOpen = true;
			wishes.add(visitor.wish());
			return new Attachment() {

				@Override
				public int type(ByteBuffer keys) {
					int count = keys.remaining();
					while (keys.hasRemaining())
						typed.write(keys.get());
					output.accept(ByteBuffer.wrap(typed.toByteArray(), typed.size() - count, count));
					return count;
				}

				@Override
				public void resize(int columns, int rows) {
					throw new AssertionError();
				}

				@Override
				public boolean isOpen() {
					return sessionOpen;
				}

				@Override
				public void close() {
					// nothing to end
				}
			};
		}
	}
}
