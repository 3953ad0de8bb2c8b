package port.console;

/**
 * What holds for everybody who comes over the network.
 *
 * @param telnet whether they speak it
 * @param escape begins a command; empty for none
 * @param escapeKeys the same as a user writes it
 * @param onBreak what the guest gets for a BREAK; empty for nothing
 * @param spy whether they may watch only
 * @param replay how much is shown to who comes, in bytes
 */
record Terms(boolean telnet, byte[] escape, String escapeKeys, byte[] onBreak, boolean spy, int replay) {
}
