package bus.api;

import java.util.List;

import org.osgi.annotation.versioning.ProviderType;

/** Looks at all buses and all ports of this process, plugged or not. */
@ProviderType
public interface SerialBusRuntime {

	/** All buses, by name. */
	List<BusInfo> buses();

	/** All ports, by bus and number; those that were refused or wait for their bus come last, with the reason. */
	List<PortInfo> ports();
}
