/**
 * The telnet protocol (RFC 854, 855, 856, 857, 858, 1073), the side of a server whose terminal is a console: what a client
 * sends becomes keys, sizes and signals, what the console says becomes what a client may be sent. No input or output of
 * its own; used by one thread at a time. Neighbours: none.
 */
package port.console.telnet;
