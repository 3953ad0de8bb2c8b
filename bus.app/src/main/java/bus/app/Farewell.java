package bus.app;

import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.SynchronousBundleListener;

import bus.api.BusInfo.State;
import bus.api.SerialBus;

/** Before the first bundle stops, names the buses whose virtual machine is about to lose its device. */
record Farewell(BundleContext context) implements SynchronousBundleListener {

	@Override
	public void bundleChanged(BundleEvent event) {
		if (event.getType() != BundleEvent.STOPPING || event.getBundle().getBundleId() != Constants.SYSTEM_BUNDLE_ID)
			return;
		try {
			for (var reference : context.getServiceReferences(SerialBus.class, null)) {
				var bus = context.getService(reference);
				if (bus != null && attached(bus.info().state()))
					System.err.println("vport: bus " + bus.name()
							+ " has a VM attached; it loses its virtio-serial device now");
			}
		} catch (InvalidSyntaxException e) {
			throw new IllegalStateException(e); // there is no filter
		}
	}

	private static boolean attached(State state) {
		return state == State.CONNECTED || state == State.RUNNING;
	}
}
