/** To come. */
package bus.whiteboard;
