/**
 * Port type {@code file}: what the guest writes goes to a file or FIFO, what it reads comes from one.
 *
 * <p>A callback port: {@link port.file.FilePort} is called on the bus's loop thread, which must not block. A disk may, so
 * each file has a thread of its own with a bounded buffer before it, {@link port.file.Appender} and
 * {@link port.file.FileInput}; when the buffer is full, or empty, the guest waits, and nobody else does. FIFOs do not
 * block and are served by the loop, {@link port.file.Fifo}. {@link port.file.LogFile} writes, {@link port.file.Cut} says
 * where a file ends, {@link port.file.Backups} names the rotated ones, {@link port.file.Compressor} works behind their
 * back. What outlives an update goes to the next instance as descriptors. Neighbours: bus.api, bus.linux.
 */
package port.file;
