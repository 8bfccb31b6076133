package dev.penstock.core.config.parse;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.penstock.core.config.model.Pointers;
import dev.penstock.core.config.parse.Doc.Entry;
import dev.penstock.core.config.parse.Doc.Place;
import dev.penstock.core.config.parse.Doc.Scalar;
import dev.penstock.core.platform.json.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** JSON as a tree, within the limits of {@link Json}: depth, lengths, no name twice. */
final class JsonText {
    private final JsonParser parser;
    private final Reading reading;

    private JsonText(JsonParser parser, Reading reading) {
        this.parser = parser;
        this.reading = reading;
    }

    /** Reads one value; empty when the text is no JSON or is beyond the limits, which {@code reading} then knows. */
    static Optional<Doc> read(String text, Reading reading) {
        var start = new Place("", 1, 1);
        if (text.length() > YamlText.MAX_BYTES) {
            reading.wrong(start, "too_large", "The document is larger than 1 MiB");
            return Optional.empty();
        }
        try (JsonParser parser = Json.STRICT.getFactory().createParser(text)) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                reading.wrong(start, "not_json", "The document is empty");
                return Optional.empty();
            }
            Doc doc = new JsonText(parser, reading).value(first, "");
            if (parser.nextToken() != null) {
                reading.wrong(start, "not_json", "The document must be one JSON value");
                return Optional.empty();
            }
            return Optional.of(doc);
        } catch (JsonProcessingException e) {
            JsonLocation at = e.getLocation();
            Place place =
                    at == null ? start : new Place("", Math.max(1, at.getLineNr()), Math.max(1, at.getColumnNr()));
            reading.wrong(place, "not_json", "Not JSON: " + e.getOriginalMessage());
        } catch (IOException | StackOverflowError _) {
            reading.wrong(start, "not_json", "Not JSON that can be read");
        }
        return Optional.empty();
    }

    private Doc value(JsonToken token, String pointer) throws IOException {
        Place place = place(pointer);
        return switch (token) {
            case START_OBJECT -> mapping(place);
            case START_ARRAY -> sequence(place);
            case VALUE_STRING -> new Scalar(place, text(place), Scalar.Kind.STRING);
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new Scalar(place, parser.getText(), Scalar.Kind.NUMBER);
            case VALUE_TRUE, VALUE_FALSE -> new Scalar(place, parser.getText(), Scalar.Kind.BOOLEAN);
            default -> new Scalar(place, null, Scalar.Kind.NULL);
        };
    }

    private String text(Place place) throws IOException {
        String text = parser.getText();
        TextRule.mistake(text).ifPresent(mistake -> reading.wrong(place, "invalid_text", mistake));
        return text;
    }

    private Doc mapping(Place place) throws IOException {
        Map<String, Entry> entries = new LinkedHashMap<>();
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            Place key = place(Pointers.step(place.pointer(), name));
            TextRule.keyMistake(name).ifPresent(mistake -> reading.wrong(key, "not_a_key", mistake));
            entries.put(name, new Entry(key, value(parser.nextToken(), key.pointer())));
        }
        return new Doc.Mapping(place, entries);
    }

    private Doc sequence(Place place) throws IOException {
        List<Doc> items = new ArrayList<>();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            items.add(value(token, Pointers.step(place.pointer(), items.size())));
        }
        return new Doc.Sequence(place, items);
    }

    private Place place(String pointer) {
        JsonLocation at = parser.currentTokenLocation();
        return new Place(pointer, at.getLineNr(), at.getColumnNr());
    }
}
