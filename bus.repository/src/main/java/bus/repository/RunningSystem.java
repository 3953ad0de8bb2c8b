package bus.repository;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

import org.apache.felix.utils.repository.BaseRepository;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.Version;
import org.osgi.framework.namespace.IdentityNamespace;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.FrameworkWiring;
import org.osgi.resource.Capability;
import org.osgi.resource.Namespace;
import org.osgi.resource.Requirement;
import org.osgi.resource.Resource;
import org.osgi.resource.Wiring;
import org.osgi.service.resolver.HostedCapability;
import org.osgi.service.resolver.ResolveContext;

/** What the resolver may choose from: first what the framework has, which stays as it is, then what an index offers. */
final class RunningSystem extends ResolveContext {
	private static final String SERVICE = "osgi.service";

	private final BundleContext context;
	private final FrameworkWiring framework;
	private final BaseRepository repository;
	private final Resource wanted;
	/** Revisions of the bundle that {@link #wanted} takes the place of. */
	private final Set<Resource> replaced = new HashSet<>();
	private final Map<Resource, Wiring> wirings = new HashMap<>();

	/**
	 * @param repository everything that can be installed
	 * @param wanted what is to be installed
	 */
	RunningSystem(BundleContext context, BaseRepository repository, Offer wanted) {
		this.context = context;
		this.repository = repository;
		this.wanted = wanted.resource();
		framework = context.getBundle(0).adapt(FrameworkWiring.class);
		for (var bundle : context.getBundles()) {
			var revision = bundle.adapt(BundleRevision.class);
			if (bundle.getState() == Bundle.UNINSTALLED || revision == null)
				continue;
			if (wanted.name().equals(bundle.getSymbolicName()))
				replaced.add(revision);
			else if (revision.getWiring() != null)
				wirings.put(revision, revision.getWiring());
		}
	}

	@Override
	public Collection<Resource> getMandatoryResources() {
		return List.of(wanted);
	}

	@Override
	public List<Capability> findProviders(Requirement requirement) {
		var found = new ArrayList<Capability>(here(requirement));
		if (found.isEmpty() || !isService(requirement))
			repository.findProviders(List.of(requirement)).get(requirement).stream()
					.filter(offered -> !replacesOther(offered.getResource())).sorted(newestFirst()).forEach(found::add);
		return found;
	}

	/** Only {@link #wanted} may take an installed bundle's place: another version beside it would plug ports twice. */
	private boolean replacesOther(Resource offered) {
		return offered != wanted && Offer.of(offered).map(offer -> Stream.of(context.getBundles())
				.anyMatch(bundle -> offer.name().equals(bundle.getSymbolicName()))).orElse(true);
	}

	private List<BundleCapability> here(Requirement requirement) {
		return framework.findProviders(requirement).stream().filter(found -> !replaced.contains(found.getRevision()))
				.toList();
	}

	private static Comparator<Capability> newestFirst() {
		return Comparator.comparing((Capability found) -> Offer.of(found.getResource()).map(Offer::version)
				.orElse(Version.emptyVersion)).reversed();
	}

	/** Services count if an index has a bundle for one that nobody here has registered. They never stand in the way. */
	@Override
	public boolean isEffective(Requirement requirement) {
		var effective = requirement.getDirectives().getOrDefault(Namespace.REQUIREMENT_EFFECTIVE_DIRECTIVE,
				Namespace.EFFECTIVE_RESOLVE);
		if (effective.equals(Namespace.EFFECTIVE_RESOLVE))
			return !isService(requirement);
		return isService(requirement) && !isRegistered(requirement)
				&& !repository.findProviders(List.of(requirement)).get(requirement).isEmpty();
	}

	private static boolean isService(Requirement requirement) {
		return SERVICE.equals(requirement.getNamespace());
	}

	private boolean isRegistered(Requirement requirement) {
		try {
			return context.getAllServiceReferences(null,
					requirement.getDirectives().get(Namespace.REQUIREMENT_FILTER_DIRECTIVE)) != null;
		} catch (InvalidSyntaxException e) {
			return true;
		}
	}

	@Override
	public int insertHostedCapability(List<Capability> capabilities, HostedCapability hostedCapability) {
		capabilities.add(hostedCapability);
		return capabilities.size() - 1;
	}

	@Override
	public Map<Resource, Wiring> getWirings() {
		return wirings;
	}

	/** Whose requirement nothing fulfils, and what it is: the first on the way from {@link #wanted}. */
	Optional<String> missing() {
		return missing(wanted, new HashMap<>());
	}

	/** @param known answers so far; those who are being asked are not to blame */
	private Optional<String> missing(Resource who, Map<Resource, Optional<String>> known) {
		if (known.containsKey(who) || wirings.containsKey(who))
			return known.getOrDefault(who, Optional.empty());
		known.put(who, Optional.empty());
		var answer = askedOf(who, known);
		known.put(who, answer);
		return answer;
	}

	private Optional<String> askedOf(Resource who, Map<Resource, Optional<String>> known) {
		for (var requirement : who.getRequirements(null)) {
			if (!Missing.isNeeded(requirement) || !isEffective(requirement))
				continue;
			var providers = findProviders(requirement);
			if (providers.isEmpty())
				return Optional.of(name(who) + " needs " + Missing.words(requirement)
						+ ", which neither a bundle here nor an index has");
			var deeper = providers.stream().map(found -> missing(found.getResource(), known)).toList();
			if (deeper.stream().allMatch(Optional::isPresent))
				return deeper.getFirst();
		}
		return Optional.empty();
	}

	private static String name(Resource resource) {
		var identity = resource.getCapabilities(IdentityNamespace.IDENTITY_NAMESPACE).getFirst().getAttributes();
		return identity.get(IdentityNamespace.IDENTITY_NAMESPACE) + " "
				+ identity.get(IdentityNamespace.CAPABILITY_VERSION_ATTRIBUTE);
	}
}
