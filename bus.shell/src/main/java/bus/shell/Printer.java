package bus.shell;

import org.apache.felix.service.command.Converter;
import org.osgi.service.component.annotations.Component;

import bus.shell.command.Shown;

/**
 * Shows Gogo how the answers of these commands look. Gogo asks when a command line's answer is printed or piped; a script
 * that keeps an answer gets the object.
 */
@Component(service = Converter.class)
public final class Printer implements Converter {

	@Override
	public Object convert(Class<?> desired, Object value) {
		return null; // not ours: the next converter is asked
	}

	@Override
	public CharSequence format(Object value, int level, Converter others) {
		return value instanceof Shown shown ? level == INSPECT ? shown.table() : shown.line() : null;
	}
}
