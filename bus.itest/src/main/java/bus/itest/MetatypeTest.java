package bus.itest;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.osgi.service.metatype.ObjectClassDefinition.ALL;
import static org.osgi.service.metatype.ObjectClassDefinition.REQUIRED;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.osgi.service.metatype.AttributeDefinition;
import org.osgi.service.metatype.MetaTypeService;
import org.osgi.service.metatype.ObjectClassDefinition;

/** What forms, completion and error messages are made of. */
@Timeout(60)
class MetatypeTest {

	@RegisterExtension
	final Operator operator = new Operator();

	private ObjectClassDefinition definition(String pid) {
		var information = operator.service(MetaTypeService.class).getMetaTypeInformation(operator.bundle(pid));
		assertEquals(List.of(pid), List.of(information.getFactoryPids()));
		return information.getObjectClassDefinition(pid, null);
	}

	private static Set<String> keys(ObjectClassDefinition definition, int which) {
		return Stream.of(definition.getAttributeDefinitions(which)).map(AttributeDefinition::getID)
				.collect(Collectors.toSet());
	}

	@Test
	void everyKind_hasItsContractsKeys() {
		assertEquals(Set.of("bus", "name", "id", "listen", "connect", "cert", "key", "ca", "allow", "clients",
				"max_clients", "slow", "slow_seconds", "absent", "buffer", "reconnect", "nodelay", "keepalive"),
				keys(definition("port.socket"), ALL));
		assertEquals(Set.of("bus"), keys(definition("port.socket"), REQUIRED));
		assertEquals(Set.of("bus", "name", "id", "path", "append", "sync", "size", "frequency", "rotate", "maxage",
				"compress", "input", "pipe"), keys(definition("port.file"), ALL));
		assertEquals(Set.of("bus"), keys(definition("port.file"), REQUIRED));
		assertEquals(Set.of("bus", "name", "id", "link", "replay", "maxconnections", "log", "logappend", "logfilemax",
				"logfiles", "logtimestamp", "record", "recordinput", "listen", "protocol", "access", "cert", "key", "ca",
				"allow", "escape", "onbreak"), keys(definition("port.console"), ALL));
		assertEquals(Set.of("bus"), keys(definition("port.console"), REQUIRED));
		assertEquals(Set.of("socket", "ports", "vm", "mode", "loop", "packed", "event_idx", "indirect_desc", "in_order",
				"resize", "name_nul", "poll_us", "poll_budget"), keys(definition("bus.vhostuser"), ALL));
		assertEquals(Set.of("socket"), keys(definition("bus.vhostuser"), REQUIRED));
	}

	@Test
	void everyOption_isDescribed_numbersHaveRanges() {
		for (String pid : List.of("port.socket", "port.file", "port.console", "bus.vhostuser", "guest.driver")) {
			var definition = definition(pid);
			assertFalse(definition.getDescription().isBlank(), pid);
			assertAll(Stream.of(definition.getAttributeDefinitions(ALL)).map(option -> () -> assertComplete(pid, option)));
		}
	}

	private static void assertComplete(String pid, AttributeDefinition option) {
		String what = pid + " " + option.getID();
		assertNotNull(option.getDescription(), what);
		assertTrue(option.getDescription().length() > option.getID().length(), what + " has no description");
		assertFalse(option.getDescription().endsWith("."), what + ": the description follows \"allowed: \" in messages");
		if (option.getType() != AttributeDefinition.INTEGER)
			return;
		assertTrue(option.getDescription().matches(".*[0-9]+ to [0-9]+.*"), what + " does not tell its range");
		assertFalse(option.validate("few").isEmpty(), what + " takes what is no number");
		assertEquals("", option.validate(option.getDefaultValue()[0]), what + ": its default is not allowed");
	}
}
