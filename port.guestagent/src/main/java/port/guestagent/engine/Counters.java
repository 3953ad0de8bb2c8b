package port.guestagent.engine;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** What happened since the port was configured. Any thread reads. */
final class Counters {
	final AtomicLong calls = new AtomicLong();
	final AtomicLong errors = new AtomicLong();
	final AtomicLong timeouts = new AtomicLong();
	final AtomicLong lost = new AtomicLong();
	final AtomicLong resyncs = new AtomicLong();
	final AtomicLong garbage = new AtomicLong();
	final AtomicLong thaws = new AtomicLong();
	final AtomicLong waiting = new AtomicLong();
	final AtomicLong clients = new AtomicLong();

	Map<String, Object> figures() {
		var figures = new LinkedHashMap<String, Object>();
		figures.put("queue", waiting.get());
		figures.put("clients", clients.get());
		figures.put("calls", calls.get());
		figures.put("errors", errors.get());
		figures.put("timeouts", timeouts.get());
		figures.put("lost", lost.get());
		figures.put("resyncs", resyncs.get());
		figures.put("garbage", garbage.get());
		figures.put("auto-thaws", thaws.get());
		return figures;
	}
}
