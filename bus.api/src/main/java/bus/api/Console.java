package bus.api;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.osgi.service.component.annotations.ComponentPropertyType;

/**
 * Marks a port type whose ports are consoles to the guest (a terminal, {@code hvc0}): service property
 * {@code console=true}. The guest's kernel spins while it writes to a console, so a console is never throttled: what it
 * does not take is lost and counted.
 */
@ComponentPropertyType
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface Console {
}
