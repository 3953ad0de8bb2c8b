package bus.vhostuser;

import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import org.junit.jupiter.api.Test;

class MachinesTest {

	@Test
	void s08_busesOfOneMachine_shareTheNamesOfItsPorts() {
		var machines = new Machines();
		assertSame(machines.names("vm1"), machines.names("vm1"));
		assertNotSame(machines.names("vm1"), machines.names("vm2"));
	}
}
