package bus.repository;

import java.util.Collection;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

import org.osgi.framework.Bundle;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.FrameworkWiring;
import org.osgi.resource.Namespace;
import org.osgi.resource.Requirement;

/** Says what a bundle lacks, in words; the framework would show filters within filters. */
final class Missing {
	private static final Pattern LOW = Pattern.compile("\\(version>=([^)]*)\\)");
	private static final Pattern HIGH = Pattern.compile("\\(!\\(version>=([^)]*)\\)\\)");

	private Missing() {
	}

	/** The first thing that nothing in the framework provides. */
	static Optional<String> of(Bundle bundle, FrameworkWiring framework) {
		var revision = bundle.adapt(BundleRevision.class);
		if (revision == null)
			return Optional.empty();
		Predicate<Requirement> lacking = wanted -> framework.findProviders(wanted).isEmpty();
		return first(revision.getRequirements(null), lacking).map(wanted -> "needs " + words(wanted)
				+ ", which no bundle here provides");
	}

	static Optional<Requirement> first(Collection<? extends Requirement> requirements, Predicate<Requirement> lacking) {
		return requirements.stream().map(Requirement.class::cast).filter(Missing::isNeeded).filter(lacking).findFirst();
	}

	/** Services are not looked at: their providers often come later, or do not say so. */
	static boolean isNeeded(Requirement requirement) {
		var directives = requirement.getDirectives();
		return !Namespace.RESOLUTION_OPTIONAL.equals(directives.get(Namespace.REQUIREMENT_RESOLUTION_DIRECTIVE))
				&& Namespace.EFFECTIVE_RESOLVE.equals(directives.getOrDefault(
						Namespace.REQUIREMENT_EFFECTIVE_DIRECTIVE, Namespace.EFFECTIVE_RESOLVE));
	}

	/** As in {@code package org.example version [1.0,2.0)}. */
	static String words(Requirement requirement) {
		var filter = requirement.getDirectives().getOrDefault(Namespace.REQUIREMENT_FILTER_DIRECTIVE, "");
		var namespace = requirement.getNamespace();
		var name = Pattern.compile("\\(" + Pattern.quote(namespace) + "=([^)]*)\\)").matcher(filter);
		var low = LOW.matcher(HIGH.matcher(filter).replaceAll(""));
		var high = HIGH.matcher(filter);
		var kind = namespace.substring(namespace.lastIndexOf('.') + 1);
		if (!name.find())
			return namespace + " " + filter;
		return kind + " " + name.group(1) + (low.find()
				? " version " + (high.find() ? "[" + low.group(1) + "," + high.group(1) + ")" : low.group(1) + " or newer")
				: "");
	}
}
