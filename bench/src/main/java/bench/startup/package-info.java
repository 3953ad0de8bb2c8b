/**
 * How long vport takes until it is ready, and what it weighs then. Each round starts the application once for each arm, as
 * its users start it. Thread: the main one.
 */
package bench.startup;
