/**
 * Port type {@code file}: what the guest writes is appended to a file. The shortest port type; copy it to begin your own.
 *
 * <p>A callback port: {@link port.file.FilePort} takes bytes on the bus's loop thread, which must not block, and a thread
 * of {@link port.file.Appender}'s own writes them, which may. Between them is one bounded buffer: when it is full the
 * guest waits, and nobody else does. Neighbours: bus.api only.
 */
package port.file;
