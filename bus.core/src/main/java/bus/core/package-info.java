/** To come. */
package bus.core;
