package port.socket;

import java.nio.ByteBuffer;
import java.util.Map;

import port.endpoint.Connection;

/** How bytes go between the clients and the guest. Loop thread, unless a method says otherwise. */
sealed interface Way permits Attached, Hub {

	/** The thread that plugs the port: those of the instance before this one go on, and others are let in. */
	void begin(Entrance entrance);

	void arrived(Connection client);

	int guestData(ByteBuffer data);

	int hostData(ByteBuffer room);

	void hangup();

	void guestClosed();

	/** Any thread. */
	Map<String, Object> figures();

	/** The thread that unplugs the port: the loop has let go of it. */
	void end();
}
