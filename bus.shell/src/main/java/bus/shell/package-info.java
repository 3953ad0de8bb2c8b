/** To come. */
package bus.shell;
