/**
 * Tests that need a framework: they are the bundle {@code bus.itest} in the run file {@code itest.bndrun}. Tests that
 * need a guest are plain JUnit in src/test, with the tag {@code guest}, and start {@code ./vport}.
 *
 * <p>Thread: the tester's. Neighbours: every bundle of vport, through services only.
 */
package bus.itest;
