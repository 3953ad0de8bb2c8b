package port.guestagent.engine;

import java.lang.annotation.Annotation;

/** The defaults of a configuration. */
@SuppressWarnings("annotationTypeMismatch")
record Configured(int max__reply, String listen) implements GuestAgentPort.Config {

	Configured() {
		this(72);
	}

	Configured(int reply) {
		this(reply, "");
	}

	@Override
	public String bus() {
		return "test";
	}

	@Override
	public String name() {
		return "org.qemu.guest_agent.0";
	}

	@Override
	public int id() {
		return -1;
	}

	@Override
	public int timeout() {
		return 5;
	}

	@Override
	public int thaw__after() {
		return 60;
	}

	@Override
	public int ping() {
		return 0;
	}

	@Override
	public int queue() {
		return 32;
	}

	@Override
	public String allow() {
		return "";
	}

	@Override
	public String cert() {
		return "";
	}

	@Override
	public String key() {
		return "";
	}

	@Override
	public String ca() {
		return "";
	}

	@Override
	public Class<? extends Annotation> annotationType() {
		return GuestAgentPort.Config.class;
	}
}
