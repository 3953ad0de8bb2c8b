/**
 * How long a guest that spins waits for vport: console output of one byte, and control messages, from the kick to the used
 * index. Measured by guest.driver in this process on vport in another one; idle, under load, and while vport's heap is
 * collected again and again. Threads: the main one measures, others make the load.
 */
package bench.latency;
