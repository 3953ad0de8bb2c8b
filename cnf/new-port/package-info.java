/** Port type {@code @KIND@}. */
package @NAME@;
