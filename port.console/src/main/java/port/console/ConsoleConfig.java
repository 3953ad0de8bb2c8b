package port.console;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

import port.endpoint.Address;

/** The keys of {@code port.console-LABEL.cfg}. A description is shown to the user after "allowed: ". */
@ObjectClassDefinition(id = "port.console", name = "Port type console",
		description = "A console of the guest: on a pseudo terminal, over the network, in the shell, in files")
public @interface ConsoleConfig {

	@AttributeDefinition(description = "NAME of the bus to plug into, as in bus.vhostuser-NAME.cfg")
	String bus();

	@AttributeDefinition(description = "the NAME that the guest sees, for instance org.example.z", required = false)
	String name() default "";

	@AttributeDefinition(description = "a port number, 0 to 126; without it 0 if free, else the lowest free one",
			required = false)
	int id() default -1;

	@AttributeDefinition(description = "PATH of a symbolic link to make to the pseudo terminal", required = false)
	String link() default "";

	@AttributeDefinition(description = "0 to 4194304 bytes of what was said before, shown to who comes; 0 for none",
			min = "0", max = "4194304", required = false)
	int replay() default 65536;

	@AttributeDefinition(description = "at most so many visitors at a time, 1 to 128, the pseudo terminal not counted",
			min = "1", max = "128", required = false)
	int maxconnections() default 16;

	@AttributeDefinition(description = "PATH of a file that all that the guest says is written to", required = false)
	String log() default "";

	@AttributeDefinition(description = "on: what is in the log stays; off: it begins anew with the port",
			options = { @Option("on"), @Option("off") }, required = false)
	String logappend() default "on";

	@AttributeDefinition(description = "the size that a log is rotated at, from 1k on, such as 500k or 10m;"
			+ " 0 for never", required = false)
	String logfilemax() default "0";

	@AttributeDefinition(description = "0 to 99 rotated logs are kept, LOG.1 being the newest", min = "0", max = "99",
			required = false)
	int logfiles() default 3;

	@AttributeDefinition(description = "on: each line of the log begins with its time, in UTC",
			options = { @Option("on"), @Option("off") }, required = false)
	String logtimestamp() default "off";

	@AttributeDefinition(description = "PATH of asciicast recordings; the time of the start is put before its ending",
			required = false)
	String record() default "";

	@AttributeDefinition(description = "on: what is typed is recorded too, passwords as well",
			options = { @Option("on"), @Option("off") }, required = false)
	String recordinput() default "off";

	@AttributeDefinition(description = Address.ALLOWED, required = false)
	String listen() default "";

	@AttributeDefinition(description = "what is spoken at listen=: raw, or telnet",
			options = { @Option("raw"), @Option("telnet") }, required = false)
	String protocol() default "raw";

	@AttributeDefinition(description = "who comes to listen= may write (attach), or watch only (spy)",
			options = { @Option("attach"), @Option("spy") }, required = false)
	String access() default "attach";

	@AttributeDefinition(description = "PEM file with the certificate that is shown at listen=tls:", required = false)
	String cert() default "";

	@AttributeDefinition(description = "PEM file with the private key of cert=", required = false)
	String key() default "";

	@AttributeDefinition(description = "PEM file with the authorities that clients' certificates must be from",
			required = false)
	String ca() default "";

	@AttributeDefinition(description = "who may come in, separated by commas: uid:1000, user:alice,"
			+ " name:ops.example.org; without it everybody", required = false)
	String allow() default "";

	@AttributeDefinition(description = "off, or what begins a command at listen=: a control key such as ^], or one and"
			+ " another key such as ^Ec; without it ^Ec with telnet, off with raw", required = false)
	String escape() default "";

	@AttributeDefinition(description = "what the guest gets for a BREAK of telnet: sysrq (^O, which Linux takes for it),"
			+ " nul, or nothing (ignore)", options = { @Option("sysrq"), @Option("nul"), @Option("ignore") },
			required = false)
	String onbreak() default "sysrq";
}
