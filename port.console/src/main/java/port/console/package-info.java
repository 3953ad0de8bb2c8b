/**
 * Port type {@code console}: a console as a service. What the guest says is shown on a pseudo terminal with a
 * stable symbolic link, to clients over the network and to sessions of the shell, and is written to a log and to
 * recordings; one of all these visitors types.
 *
 * <p>A callback port, so that one guest's output can go to several places. {@link port.console.ConsolePort} is what
 * the bus knows; {@link port.console.Desk} is one plugging of it. The guest is never held up: what it says goes
 * into one {@link port.console.Ring}, and each visitor's {@link port.console.Reader} has a place there, which the
 * ring overtakes if it must. {@link port.console.Seats} says who writes. A {@link port.console.Visit} comes by a
 * {@link port.console.Way}: {@link port.console.TerminalWay}, {@link port.console.Client} or {@link
 * port.console.Session}. Keys wait where they were typed, or in {@link port.console.Keyboard}, until the guest
 * reads. {@link port.console.Tape} is the way to a disk, for {@link port.console.LogFile} and {@link
 * port.console.Asciicast}. {@link port.console.Kept} carries all that over an update of the bundle.
 *
 * <p>Thread: the bus's loop, except for plugging, unplugging, the methods of a session, and the writer of each
 * tape. Neighbours: bus.api, bus.linux, port.endpoint.
 */
package port.console;
