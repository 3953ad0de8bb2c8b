/** To come. */
package bus.vhostuser;
