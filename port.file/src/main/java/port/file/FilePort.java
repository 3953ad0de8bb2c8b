package port.file;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static org.osgi.service.component.annotations.ConfigurationPolicy.REQUIRE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

import bus.api.GuestPort;
import bus.api.HostPort;
import bus.api.PortType;

/** Appends what the guest writes to a file. One configuration, {@code port.file-LABEL.cfg}, is one port. */
@Component(configurationPid = "port.file", configurationPolicy = REQUIRE, service = HostPort.class)
@PortType("file")
@Designate(ocd = FilePort.Config.class, factory = true)
public final class FilePort implements HostPort {

	/** The keys of the configuration. A description is shown to the user after "allowed: ". */
	@ObjectClassDefinition(id = "port.file", name = "Port type file",
			description = "A file on the host that what the guest writes is appended to")
	public @interface Config {

		@AttributeDefinition(description = "NAME of the bus to plug into, as in bus.vhostuser-NAME.cfg")
		String bus();

		@AttributeDefinition(description = "the NAME that the guest sees, for instance org.example.y", required = false)
		String name() default "";

		@AttributeDefinition(description = "a port number, 1 to 126; without it the lowest free one", required = false)
		int id() default -1;

		@AttributeDefinition(description = "PATH of the file to append to")
		String path();
	}

	private final Config config;
	private Appender appender;

	@Activate
	public FilePort(Config config) {
		this.config = config;
	}

	@Override
	public void plugged(GuestPort guest) throws IOException {
		var path = Path.of(config.path().strip());
		if (Files.exists(path) && !Files.isRegularFile(path))
			throw new IOException("path=" + path + " is not a regular file; allowed: PATH of the file to append to");
		try {
			appender = new Appender(FileChannel.open(path, CREATE, APPEND), path.toString(), guest::writable);
		} catch (IOException e) {
			throw new IOException("path=" + path + " cannot be opened (" + e.getClass().getSimpleName()
					+ "); allowed: PATH of a file that may be written, in an existing directory", e);
		}
		guest.open();
	}

	@Override
	public int guestData(ByteBuffer data) {
		return appender.take(data);
	}

	/** A file has nothing to say to the guest. */
	@Override
	public int hostData(ByteBuffer room) {
		return 0;
	}

	@Override
	public void unplugged() {
		appender.close();
	}
}
