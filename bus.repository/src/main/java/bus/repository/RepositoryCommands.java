package bus.repository;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.apache.felix.resolver.Logger;
import org.apache.felix.resolver.ResolverImpl;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;
import org.osgi.framework.BundleContext;
import org.osgi.resource.Resource;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.resolver.Resolver;

/** The commands of scope {@code vport} that bring bundles from a repository. */
@Component(service = RepositoryCommands.class, configurationPid = "bus.repository", property = {
		"osgi.command.scope=vport", "osgi.command.function=install", "osgi.command.function=bundles" })
@Designate(ocd = RepositoryCommands.Config.class)
public final class RepositoryCommands {
	/** The index of the bundles that come with vport; ./vport sets it. */
	private static final String OWN_INDEX = "vport.repository";

	private final System.Logger log = System.getLogger("vport");
	private final BundleContext context;
	/** One thread: a few dozen bundles are resolved in milliseconds. */
	private final Resolver resolver = new ResolverImpl(new Logger(Logger.LOG_ERROR), 1);
	private final BundleFolder folder;
	private volatile Indexes indexes;

	/** Keys of the file bus.repository.cfg. */
	@ObjectClassDefinition(id = "bus.repository", name = "Bundle repository",
			description = "Where vport:install finds bundles")
	public @interface Config {
		/** Replaces the one that comes with vport. */
		@AttributeDefinition(name = "Index", required = false,
				description = "FILE or URL of an index, several with commas between; without it the index that comes with vport")
		String[] index() default {};
	}

	@Activate
	public RepositoryCommands(BundleContext context, Config config, Map<String, Object> properties,
			@Reference BundleFolder folder) {
		this.context = context;
		this.folder = folder;
		configure(config, properties);
	}

	/** Without this method the commands would be away for a moment. */
	@Modified
	void configure(Config config, Map<String, Object> properties) {
		var own = context.getProperty(OWN_INDEX);
		indexes = config.index().length > 0 ? new Indexes(List.of(config.index()), folder.folder())
				: new Indexes(own == null ? List.of() : List.of(own), folder.folder());
		properties.keySet().stream().filter(key -> !key.contains(".") && !key.equals("index")).forEach(
				key -> log.log(System.Logger.Level.ERROR, "bus.repository.cfg: unknown key " + key + "; allowed: index"));
	}

	@Descriptor("installs or updates a bundle, and what it needs, from an index of bundles; it stays after a restart")
	public String install(CommandSession session,
			@Descriptor("an index instead of the configured ones, or a jar beside them: FILE or URL") @Parameter(
					names = "--from", absentValue = "") String from,
			@Descriptor("the bundle's symbolic name, or a requirement: NAMESPACE(FILTER)") String name)
			throws IOException {
		var problems = new ArrayList<String>();
		var resources = new ArrayList<Resource>();
		if (!from.isEmpty())
			try {
				resources.addAll(Index.read(Indexes.uri(from, Path.of("").toAbsolutePath())));
			} catch (IOException e) {
				throw new InstallException(e.getMessage());
			}
		if (from.isEmpty() || from.endsWith(".jar"))
			resources.addAll(indexes.resources(problems, false));
		problems.forEach(session.getConsole()::println);
		if (resources.isEmpty())
			throw new InstallException(indexes.uris().isEmpty()
					? "no index of bundles; bus.repository.cfg: index=FILE or URL, or --from FILE or URL"
					: "nothing to install in " + indexes.uris());
		return new Installation(context, resolver, folder, resources, session.getConsole()).install(name);
	}

	@Descriptor("lists the names of the bundles that vport:install finds")
	public List<String> bundles() {
		return indexes.resources(new ArrayList<>(), true).stream().flatMap(resource -> Offer.of(resource).stream())
				.map(Offer::name).distinct().sorted().toList();
	}
}
