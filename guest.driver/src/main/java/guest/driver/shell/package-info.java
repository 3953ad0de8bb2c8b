/**
 * The driver from the Gogo shell: machines that a person at the keyboard plays, and the rings in which they may lie.
 *
 * <p>It uses what {@code guest.driver} exports and nothing else. The threads are the shell's.
 */
package guest.driver.shell;
