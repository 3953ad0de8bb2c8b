/** To come. */
package port.socket;
