package port.guestagent.engine;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The agent's language: one JSON object a line. */
final class Json {
	/** A string of base64 may be nearly as long as the longest line, whose length is limited already. */
	private static final JsonMapper MAPPER = new JsonMapper(JsonFactory.builder()
			.streamReadConstraints(StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build()).build());

	/** What an agent's line is. */
	enum Kind {
		RETURN, ERROR, GARBAGE
	}

	private Json() {
	}

	static ObjectNode object() {
		return JsonNodeFactory.instance.objectNode();
	}

	/** A request; without arguments if they are empty, as the oldest agents want it. */
	static ObjectNode request(String command, ObjectNode arguments) {
		var request = object().put("execute", command);
		if (!arguments.isEmpty())
			request.set("arguments", arguments);
		return request;
	}

	static ObjectNode error(String description) {
		var error = object();
		error.putObject("error").put("class", "GenericError").put("desc", description);
		return error;
	}

	/** As a line, with its end. */
	static byte[] line(JsonNode node) {
		var text = MAPPER.writeValueAsBytes(node);
		var line = Arrays.copyOf(text, text.length + 1);
		line[text.length] = '\n';
		return line;
	}

	static String text(JsonNode node) {
		return MAPPER.writeValueAsString(node);
	}

	/** What a line says; nothing if it is no object in JSON. */
	static Optional<ObjectNode> parse(byte[] line) {
		try {
			return MAPPER.readTree(line) instanceof ObjectNode node ? Optional.of(node) : Optional.empty();
		} catch (JacksonException e) {
			return Optional.empty();
		}
	}

	/** Looks at all of a line without keeping any of it. */
	static Kind kind(byte[] line) {
		var kind = Kind.GARBAGE;
		try (var parser = MAPPER.createParser(line)) {
			if (parser.nextToken() != JsonToken.START_OBJECT)
				return Kind.GARBAGE;
			while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
				var name = parser.currentName();
				parser.nextToken();
				parser.skipChildren();
				kind = name.equals("return") ? Kind.RETURN : name.equals("error") ? Kind.ERROR : kind;
			}
			return parser.currentToken() == JsonToken.END_OBJECT && parser.nextToken() == null ? kind : Kind.GARBAGE;
		} catch (JacksonException e) {
			return Kind.GARBAGE;
		}
	}

	static ByteBuffer join(byte[]... parts) {
		var joined = ByteBuffer.allocate(Arrays.stream(parts).mapToInt(part -> part.length).sum());
		for (var part : parts)
			joined.put(part);
		return joined.flip();
	}
}
