/**
 * The suite {@code rings}: queues, the device's data path, its messages and its loop, each beside the same in plain C on the
 * same memory ({@code bench/src/main/c/rings.c}) and, where bytes are moved, beside memcpy.
 *
 * <p>JMH forks a JVM for each scenario. In it the contestants take turns, an iteration each, so that neighbours meet the same
 * machine. The driver's half of a ring is in C for all of them and costs next to nothing; the JVM's flags are those of
 * {@code ./vport run}.
 */
package bench.rings;
