package port.guestagent;

/**
 * The guest's operating system. What the agent does not say is empty.
 *
 * @param id {@code debian}, {@code mswindows}
 * @param prettyName for people
 * @param version as its makers call it
 * @param versionId for programs
 * @param kernelRelease {@code 6.1.0-56-amd64}
 * @param machine {@code x86_64}
 */
public record GuestOs(String id, String prettyName, String version, String versionId, String kernelRelease,
		String machine) {
}
