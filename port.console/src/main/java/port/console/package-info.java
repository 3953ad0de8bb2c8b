/** To come. */
package port.console;
