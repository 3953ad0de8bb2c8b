package bus.repository;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import org.apache.felix.utils.repository.BaseRepository;
import org.apache.felix.utils.resource.RequirementImpl;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.namespace.IdentityNamespace;
import org.osgi.framework.Version;
import org.osgi.resource.Resource;
import org.osgi.service.resolver.ResolutionException;
import org.osgi.service.resolver.Resolver;

/**
 * One run of {@code vport:install}: finds a bundle, resolves it against what runs, fetches what is new, and has it run.
 * Either everything runs in the end, or nothing has changed.
 *
 * @param resources what the indexes offer
 * @param shown where the operator reads what is going on
 */
record Installation(BundleContext context, Resolver resolver, BundleFolder folder, Collection<Resource> resources,
		PrintStream shown) {

	/** @return a line for each bundle that runs now and did not before */
	String install(String what) throws IOException {
		var repository = new BaseRepository(List.copyOf(resources));
		var wanted = find(what, repository);
		var old = installed(wanted.name());
		if (old != null && old.getVersion().compareTo(wanted.version()) >= 0)
			return wanted.name() + " " + old.getVersion() + " is installed already, as bundle " + old.getBundleId()
					+ "; the newest that an index has is " + wanted.version();
		var offers = resolve(wanted, repository);
		shown.println("Installing " + offers.stream().map(Offer::toString).collect(Collectors.joining(", "))
				+ (old == null ? "" : " in place of " + old.getVersion()));
		shown.flush();
		var before = offers.stream().filter(offer -> installed(offer.name()) != null)
				.collect(Collectors.toMap(Offer::name, offer -> installed(offer.name()).getVersion()));
		var problem = folder.put(fetch(offers));
		if (!problem.isEmpty())
			throw new InstallException(wanted + " was not installed: " + problem);
		return offers.stream().map(offer -> told(offer, before)).collect(Collectors.joining("\n"));
	}

	private String told(Offer offer, Map<String, Version> before) {
		var bundle = installed(offer.name());
		return offer + " runs as bundle " + bundle.getBundleId()
				+ (before.containsKey(offer.name()) ? ", was " + before.get(offer.name()) : "");
	}

	private Bundle installed(String name) {
		return Arrays.stream(context.getBundles()).filter(bundle -> name.equals(bundle.getSymbolicName())).findFirst()
				.orElse(null);
	}

	/** A symbolic name, or a requirement: a namespace and a filter. The newest bundle that fits. */
	private Offer find(String what, BaseRepository repository) {
		int filter = what.indexOf('(');
		var requirement = filter > 0
				? new RequirementImpl(null, what.substring(0, filter).replaceFirst("[:;]$", ""), what.substring(filter))
				: new RequirementImpl(null, IdentityNamespace.IDENTITY_NAMESPACE, "(osgi.identity=" + what + ")");
		return repository.findProviders(List.of(requirement)).get(requirement).stream()
				.flatMap(found -> Offer.of(found.getResource()).stream()).max(Comparator.comparing(Offer::version))
				.orElseThrow(() -> new InstallException("no index has " + what + "; there are: " + names(resources)));
	}

	static String names(Collection<Resource> resources) {
		var names = resources.stream().flatMap(resource -> Offer.of(resource).stream()).map(Offer::name).distinct().sorted()
				.collect(Collectors.joining(", "));
		return names.isEmpty() ? "none" : names;
	}

	/** What is not here yet, {@code wanted} first. */
	private List<Offer> resolve(Offer wanted, BaseRepository repository) {
		var system = new RunningSystem(context, repository, wanted);
		try {
			return resolver.resolve(system).keySet().stream().flatMap(resource -> Offer.of(resource).stream())
					.sorted(Comparator.comparing((Offer offer) -> offer.resource() != wanted.resource())
							.thenComparing(Offer::name)).toList();
		} catch (ResolutionException e) {
			throw new InstallException(wanted + " was not installed: "
					+ system.missing().orElse(String.valueOf(e.getMessage()).lines().findFirst().orElse("")));
		}
	}

	private List<Jar> fetch(List<Offer> offers) throws IOException {
		var jars = new ArrayList<Jar>();
		try {
			for (var offer : offers)
				jars.add(new Download(folder.folder(), shown).fetch(offer));
			return jars;
		} catch (InstallException e) {
			for (var jar : jars)
				Files.deleteIfExists(jar.path());
			throw e;
		}
	}
}
