package bus.shell;

import java.io.IOException;
import java.io.InputStream;

import bus.api.Attachable.Attachment;

/** Keys from a plain stream: whole lines, no size. A script's or a pipe's. */
record LineKeys(InputStream input) implements Conversation.Keys {

	@Override
	public int read() throws IOException {
		return input.read();
	}

	@Override
	public void tellSize(Attachment session) {
		// a stream has none
	}
}
