package bus.vhostuser;

import java.io.IOException;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.Map;

import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

import bus.api.BusInfo;
import bus.api.SerialBus;
import bus.vhostuser.loop.Loops;
import bus.vhostuser.loop.Polling;

/** One configuration is one bus. Registers a {@link SerialBus} service for as long as the socket listens. */
@Component(name = "bus.vhostuser", configurationPid = "bus.vhostuser", configurationPolicy = ConfigurationPolicy.REQUIRE,
		immediate = true, service = {})
@Designate(ocd = VhostUserBus.Config.class, factory = true)
public final class VhostUserBus {
	private static final System.Logger LOG = System.getLogger("bus.vhostuser");

	/** The keys of {@code bus.vhostuser-NAME.cfg}. */
	@ObjectClassDefinition(name = "vhost-user bus", description = "A virtio-serial bus for one virtual machine")
	public @interface Config {
		@AttributeDefinition(description = "the PATH of the UNIX socket to listen on")
		String socket();

		@AttributeDefinition(description = "the largest number of ports, 1 to 127", min = "1", max = "127", required = false)
		int ports() default BusConfig.DEFAULT_PORTS;

		@AttributeDefinition(description = "the virtual machine; buses of one share the names of their ports. Default: the"
				+ " bus's own name", required = false)
		String vm();

		@AttributeDefinition(description = "octal permissions of the socket file", required = false)
		String mode() default "0600";

		@AttributeDefinition(description = "shared, or own for a thread of its own",
				options = { @Option("shared"), @Option("own") }, required = false)
		String loop() default "shared";

		@AttributeDefinition(description = "on: packed rings are offered",
				options = { @Option("on"), @Option("off") }, required = false)
		String packed() default "off";

		@AttributeDefinition(description = "off: EVENT_IDX is not offered",
				options = { @Option("on"), @Option("off") }, required = false)
		String event__idx() default "on";

		@AttributeDefinition(description = "off: INDIRECT_DESC is not offered",
				options = { @Option("on"), @Option("off") }, required = false)
		String indirect__desc() default "on";

		@AttributeDefinition(description = "on: IN_ORDER is offered",
				options = { @Option("on"), @Option("off") }, required = false)
		String in__order() default "off";

		@AttributeDefinition(description = "order of a console's size: spec (columns, rows), legacy (rows, columns), or off",
				options = { @Option("spec"), @Option("legacy"), @Option("off") }, required = false)
		String resize() default "spec";

		@AttributeDefinition(description = "on: a NUL follows each port's name, as in QEMU",
				options = { @Option("on"), @Option("off") }, required = false)
		String name__nul() default "off";

		@AttributeDefinition(description = "how long the bus's thread looks at its rings before it sleeps, 0 to 1000"
				+ " microseconds; 0 for not at all", min = "0", max = "1000", required = false)
		int poll__us() default 0;

		@AttributeDefinition(description = "what looking in vain may cost, 1 to 100 percent of one processor", min = "1",
				max = "100", required = false)
		int poll__budget() default Polling.DEFAULT_BUDGET;
	}

	private final BundleContext context;
	private final Loops loops;
	private final Machines machines;
	private final DescriptorNeed need;
	private final Rehearsal rehearsal;
	private BusConfig config;
	private BusServer server;
	private ServiceRegistration<SerialBus> registration;

	/**
	 * A configuration that is refused does not fail the activation: Declarative Services calls {@link #modified} on
	 * instances only, so that the corrected configuration would never be heard of.
	 */
	@Activate
	public VhostUserBus(BundleContext context, @Reference Loops loops, @Reference Machines machines,
			@Reference DescriptorNeed need, @Reference Rehearsal rehearsal, Map<String, Object> properties) {
		this.context = context;
		this.loops = loops;
		this.machines = machines;
		this.need = need;
		this.rehearsal = rehearsal;
		modified(properties);
	}

	/** A virtual machine would not survive the change of its socket: the old configuration stays until it has gone. */
	@Modified
	void modified(Map<String, Object> properties) {
		BusConfig changed;
		try {
			changed = BusConfig.of(properties);
		} catch (IllegalArgumentException e) {
			LOG.log(System.Logger.Level.ERROR, e.getMessage() + (server == null ? "" : "; the old configuration stays in"
					+ " force"));
			return;
		}
		if (server != null && changed.equals(config))
			return;
		if (server != null && isMachineAttached()) {
			LOG.log(System.Logger.Level.WARNING, changed.source() + ": a virtual machine is attached and would lose its"
					+ " device; the old configuration stays in force, change it again when the machine is off");
			return;
		}
		stop();
		start(changed);
	}

	private void start(BusConfig newConfig) {
		config = newConfig;
		try {
			server = new BusServer(newConfig, loops, machines.names(newConfig.vm()), rehearsal::end);
		} catch (IOException e) {
			LOG.log(System.Logger.Level.ERROR, newConfig.source() + ": socket=" + newConfig.socket() + ": " + e.getMessage()
					+ "; allowed: a path that can be made and that nobody listens on");
			return;
		}
		Dictionary<String, Object> properties = new Hashtable<>(Map.of(SerialBus.BUS, newConfig.name()));
		registration = context.registerService(SerialBus.class, server.bus(), properties); // the whiteboard plugs its ports
		rehearsal.whenFirst(server::serve); // a guest that waits to be let in is better off than one that is served slowly
		need.add(newConfig);
		LOG.log(System.Logger.Level.INFO, "bus {0}: listening on {1}", newConfig.name(), newConfig.socket());
	}

	/** A bus that does not answer counts as in use: a port of it is at work, for somebody. */
	private boolean isMachineAttached() {
		try {
			return server.bus().info().state() != BusInfo.State.LISTENING;
		} catch (IllegalStateException e) {
			return true;
		}
	}

	@Deactivate
	void stop() {
		if (registration == null)
			return;
		boolean everythingStops = context.getBundle(0).getState() == Bundle.STOPPING; // the launcher has said it then
		if (!everythingStops && isMachineAttached())
			LOG.log(System.Logger.Level.WARNING, "bus {0}: closes under a virtual machine, which loses its virtio-serial"
					+ " device for good; QEMU may abort when its guest next uses it", config.name());
		registration.unregister(); // the whiteboard unplugs its ports while the loop still runs
		registration = null;
		server.close();
		server = null;
		need.remove(config);
		LOG.log(System.Logger.Level.INFO, "bus {0}: closed", config.name());
	}
}
