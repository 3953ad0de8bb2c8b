/**
 * The process around the framework. The bnd launcher runs {@link bus.boot.Boot} from its own class path, after the
 * bundles are installed and before the first one starts: that is why this is not a part of the bundle {@code bus.app}.
 *
 * <p>Thread: the launcher's main thread; {@link bus.boot.Signals} has one of its own per signal. Neighbours: none;
 * {@code bus.app} finds what is decided here in system properties.
 */
package bus.boot;
