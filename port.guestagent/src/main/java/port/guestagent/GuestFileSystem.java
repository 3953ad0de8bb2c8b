package port.guestagent;

/**
 * A file system that the guest has mounted.
 *
 * @param device {@code vda1}
 * @param mountPoint where
 * @param type {@code ext4}
 * @param usedBytes negative if the agent does not say
 * @param totalBytes for users without privileges; negative if the agent does not say
 */
public record GuestFileSystem(String device, String mountPoint, String type, long usedBytes, long totalBytes) {
}
