package port.mqtt;

import java.lang.annotation.Annotation;

/** A port and its configuration, as Declarative Services would hand it over. */
record Configured(String broker, String topic, String subscribe, int qos, String client) {

	static MqttPort port(String broker, String topic, String subscribe, int qos) {
		return new Configured(broker, topic, subscribe, qos, "").port();
	}

	MqttPort port() {
		var values = this;
		return new MqttPort(new MqttPort.Config() {

			@Override
			public Class<? extends Annotation> annotationType() {
				return MqttPort.Config.class;
			}

			@Override
			public String bus() {
				return "test";
			}

			@Override
			public String name() {
				return "";
			}

			@Override
			public int id() {
				return -1;
			}

			@Override
			public String broker() {
				return values.broker();
			}

			@Override
			public String topic() {
				return values.topic();
			}

			@Override
			public String subscribe() {
				return values.subscribe();
			}

			@Override
			public int qos() {
				return values.qos();
			}

			@Override
			public String client() {
				return values.client();
			}
		});
	}
}
