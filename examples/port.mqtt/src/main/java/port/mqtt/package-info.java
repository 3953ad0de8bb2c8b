/**
 * Port type {@code mqtt}: each line that the guest writes is a message to a topic of an MQTT broker, each message of a
 * topic is a line for the guest.
 *
 * <p>{@link port.mqtt.MqttPort} is what the bus calls; it never waits. {@link port.mqtt.Session} is the connection,
 * with threads of its own that may. Between them are {@link port.mqtt.LineQueue} and {@link port.mqtt.Inbox}, which are
 * bounded: a broker that takes nothing makes the guest wait, a guest that reads nothing makes the broker keep its
 * messages.
 */
package port.mqtt;
