/** To come. */
package port.file;
