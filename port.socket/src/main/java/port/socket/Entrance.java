package port.socket;

import java.io.IOException;
import java.util.Map;
import java.util.function.Consumer;

import bus.api.GuestPort;
import port.endpoint.Address;
import port.endpoint.Connection;
import port.endpoint.Connector;
import port.endpoint.Listener;

/** Where clients come from: a socket that listens, or a server that is connected to. */
sealed interface Entrance extends AutoCloseable {

	static Entrance open(GuestPort guest, Settings settings, Consumer<Connection> arrived) throws IOException {
		if (settings.connects())
			return new Going(Connector.open(guest, settings.address(), settings.access(), settings.tuning(),
					settings.reconnect(), arrived));
		return new Coming(
				Listener.open(guest, settings.address(), settings.access(), settings.tuning(), arrived));
	}

	Address address();

	/** Clients are wanted. Loop thread. */
	void open();

	/** There are enough: from an earlier instance, or because one more has come. Loop thread. */
	void full();

	/** One has gone, and the next is wanted. Loop thread. */
	void next();

	/** Any thread. */
	Map<String, Object> figures();

	/** When the port has been unplugged. */
	@Override
	void close();

	/** They come. */
	record Coming(Listener listener) implements Entrance {

		@Override
		public Address address() {
			return listener.address();
		}

		@Override
		public void open() {
			listener.resume();
		}

		@Override
		public void full() {
			listener.pause();
		}

		@Override
		public void next() {
			listener.resume();
		}

		@Override
		public Map<String, Object> figures() {
			return listener.figures();
		}

		@Override
		public void close() {
			listener.close();
		}
	}

	/** The port goes. */
	record Going(Connector connector) implements Entrance {

		@Override
		public Address address() {
			return connector.address();
		}

		@Override
		public void open() {
			connector.connect();
		}

		@Override
		public void full() {
			connector.resume();
		}

		@Override
		public void next() {
			connector.again();
		}

		@Override
		public Map<String, Object> figures() {
			return connector.figures();
		}

		@Override
		public void close() {
			connector.close();
		}
	}
}
