package port.file;

import java.nio.ByteBuffer;
import java.util.Map;

/** Where what the guest reads comes from. */
interface Input {

	/** As {@link bus.api.HostPort#hostData}. Loop thread. */
	int put(ByteBuffer room);

	/** Adds its own. Any thread. */
	void figures(Map<String, Object> figures);

	/** When the port has been unplugged: leaves to the next instance what that could go on with. */
	void close();
}
