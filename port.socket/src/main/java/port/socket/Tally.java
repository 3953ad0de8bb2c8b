package port.socket;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

import port.socket.Settings.Absent;
import port.socket.Settings.Clients;
import port.socket.Settings.Slow;

/** What a {@link Hub} counts. Written on the loop, read by any thread. */
final class Tally {
	private final AtomicLong lost = new AtomicLong();
	private final AtomicLong turnedAway = new AtomicLong();
	private final AtomicLong slow = new AtomicLong();
	private volatile Now now = new Now(0, "", "", 0);

	/** @param buffered bytes that wait for a client */
	private record Now(int clients, String who, String protocols, int buffered) {
	}

	void lost(int bytes) {
		lost.addAndGet(bytes);
	}

	void turnedAway() {
		turnedAway.incrementAndGet();
	}

	void slow() {
		slow.incrementAndGet();
	}

	void note(List<Client> clients, Ring stored) {
		if (now.clients == clients.size() && now.buffered == stored.size())
			return;
		now = new Now(clients.size(),
				clients.stream().map(it -> it.connection().peer()).collect(Collectors.joining(", ")),
				clients.stream().map(it -> it.connection().protocol()).filter(it -> !it.isEmpty()).distinct().sorted()
						.collect(Collectors.joining(", ")),
				stored.size());
	}

	void show(Map<String, Object> figures, Settings settings) {
		var shown = now;
		figures.put("clients", shown.clients);
		if (!shown.who.isEmpty())
			figures.put("client", shown.who);
		if (!shown.protocols.isEmpty())
			figures.put("protocol", shown.protocols);
		if (settings.absent() == Absent.BUFFER)
			figures.put("buffered", shown.buffered);
		if (settings.absent() == Absent.BUFFER || settings.absent() == Absent.DISCARD)
			figures.put("lost", lost.get());
		if (settings.clients() == Clients.REFUSE)
			figures.put("turned away", turnedAway.get());
		if (settings.clients() == Clients.FANOUT && settings.slow() == Slow.DROP)
			figures.put("dropped as slow", slow.get());
	}
}
