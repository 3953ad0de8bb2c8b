/** To come. */
package guest.driver;
