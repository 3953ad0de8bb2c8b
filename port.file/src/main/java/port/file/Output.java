package port.file;

import java.nio.ByteBuffer;
import java.util.Map;

/** Where what the guest writes goes. */
interface Output {

	/** What is thrown away, {@code path=/dev/null}: for a port that has something for the guest and wants no answer. */
	Output NOWHERE = new Output() {

		@Override
		public int take(ByteBuffer data) {
			return data.remaining();
		}

		@Override
		public void figures(Map<String, Object> figures) {
			figures.put("writes to", "/dev/null");
		}

		@Override
		public void close() {
			// nothing is open
		}
	};

	/** As {@link bus.api.HostPort#guestData}. Loop thread. */
	int take(ByteBuffer data);

	/** Adds its own. Any thread. */
	void figures(Map<String, Object> figures);

	/** When the port has been unplugged: leaves to the next instance what that could go on with. */
	void close();
}
