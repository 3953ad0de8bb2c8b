package port.console;

import java.nio.ByteBuffer;

/** How somebody comes to a console: through the pseudo terminal, a connection, a session of the shell. Loop thread. */
interface Way {

	/** The guest has said this; it is in the ring already. The buffer's position stays where it is. */
	void said(ByteBuffer data);

	/** vport says something, behind what the guest has said until now. */
	void tell(String words);

	/** Shows again what was said last, between marks. */
	void replay(int bytes);

	/** The guest has room for more keys: brings those that have waited, to {@link Seats#type}. */
	void pull();

	/** Bytes of the guest's that the visitor never had; any thread. */
	long lost();

	/** The visit has ended. */
	void end();
}
