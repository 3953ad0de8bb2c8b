package port.console;

import java.nio.ByteBuffer;

import bus.api.Attachable.Attachment;

/** A session at a console that is not plugged, or full. */
enum Closed implements Attachment {
	SESSION;

	@Override
	public int type(ByteBuffer keys) {
		return 0;
	}

	@Override
	public void resize(int columns, int rows) {
		// nobody to tell
	}

	@Override
	public boolean isOpen() {
		return false;
	}

	@Override
	public void close() {
		// never open
	}
}
