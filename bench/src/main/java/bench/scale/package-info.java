/**
 * How far one process goes: fleets of simulated guests on the real application. {@link bench.scale.ScaleSuite} starts vport
 * with a folder of configuration files as an operator would write them, and {@link bench.scale.GuestProcess}es, each with
 * as many guests as its descriptors allow: a driver of {@code guest.driver} and its thread for each.
 *
 * <p>The guests' side shares the machine: figures of time are those of both together. What vport itself costs is read from
 * its own entries in /proc.
 */
package bench.scale;
