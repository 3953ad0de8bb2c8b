package bus.itest;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Arrays;
import java.util.stream.Stream;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.provider.ArgumentsSource;
import org.junit.jupiter.params.support.AnnotationConsumer;
import org.junit.jupiter.params.support.ParameterDeclarations;

/** A scenario for every kind of guest. Those that cannot take part are printed with their reason. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedTest
@ArgumentsSource(EachGuest.Those.class)
@interface EachGuest {
	GuestKind.Ability[] needs() default {};

	/** Chooses the kinds. */
	final class Those implements ArgumentsProvider, AnnotationConsumer<EachGuest> {
		private GuestKind.Ability[] needs = {};

		@Override
		public void accept(EachGuest scenario) {
			needs = scenario.needs();
		}

		@Override
		public Stream<Arguments> provideArguments(ParameterDeclarations parameters, ExtensionContext context) {
			return Arrays.stream(GuestKind.values()).filter(kind -> can(kind, context.getDisplayName()))
					.map(Arguments::of);
		}

		private boolean can(GuestKind kind, String scenario) {
			for (var need : needs)
				if (kind.cannot().containsKey(need)) {
					System.out.println(scenario + " not on " + kind + ": " + kind.cannot().get(need));
					return false;
				}
			return true;
		}
	}
}
