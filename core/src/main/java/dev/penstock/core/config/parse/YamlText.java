package dev.penstock.core.config.parse;

import dev.penstock.core.config.model.Pointers;
import dev.penstock.core.config.parse.Doc.Entry;
import dev.penstock.core.config.parse.Doc.Place;
import dev.penstock.core.config.parse.Doc.Scalar;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;

/** YAML as a tree, within limits, from the parser's events. Anchors, aliases and merge keys are resolved here. */
final class YamlText {
    /** Of UTF-8: a large honest file has 100 KiB; parsers need seconds for some texts of several MiB. */
    static final int MAX_BYTES = 1 << 20;

    private static final int MAX_DEPTH = 50;

    /** GoCD files use anchors a lot, a bomb needs few of them but many nodes. */
    private static final int MAX_ALIASES = 2_000;

    private static final int MAX_EXPANDED_NODES = 50_000;

    /** What aliases stand for, written out: a long text behind many aliases would fill the memory when it is stored. */
    private static final int MAX_EXPANDED_CHARS = 4 << 20;

    private static final Set<String> NULLS = Set.of("", "~", "null", "Null", "NULL");
    private static final String MERGE = "<<";

    private final Iterator<Event> events;
    private final Map<String, Anchored> anchors = new HashMap<>();
    private int nodes;
    private int aliases;
    private int expanded;
    private long chars;
    private long expandedChars;

    private record Anchored(Doc doc, int nodes, long chars) {}

    /** Reads one document; empty when the text is no YAML or is beyond the limits, which {@code reading} then knows. */
    static Optional<Doc> read(String text, Reading reading) {
        var start = new Place("", 1, 1);
        if (text.length() > MAX_BYTES || text.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
            reading.wrong(start, "too_large", "The file is larger than 1 MiB; split it");
            return Optional.empty();
        }
        try {
            return Optional.of(new YamlText(text).document());
        } catch (Refused refused) {
            reading.wrong(refused.place, refused.code, String.valueOf(refused.getMessage()));
        } catch (MarkedYamlEngineException e) {
            Place place = e.getProblemMark().map(mark -> place("", mark)).orElse(start);
            reading.wrong(place, "not_yaml", "Not YAML: " + e.getProblem());
        } catch (RuntimeException | StackOverflowError _) {
            // The parser throws others than its own for some texts of a few characters (finding 12).
            reading.wrong(start, "not_yaml", "Not YAML that can be read");
        }
        return Optional.empty();
    }

    private YamlText(String text) {
        LoadSettings settings = LoadSettings.builder()
                .setCodePointLimit(MAX_BYTES)
                .setUseMarks(true)
                .build();
        this.events = new Parse(settings).parseString(text).iterator();
    }

    private Doc document() {
        events.next(); // start of the stream
        if (events.next().getEventId() == Event.ID.StreamEnd) {
            return new Scalar(new Place("", 1, 1), null, Scalar.Kind.NULL);
        }
        Doc doc = node(events.next(), "", 0);
        events.next(); // end of the document
        Event after = events.next();
        if (after.getEventId() != Event.ID.StreamEnd) {
            throw new Refused(
                    place("", after), "several_documents", "The file must hold one YAML document, not several");
        }
        return doc;
    }

    private Doc node(Event event, String pointer, int depth) {
        Place place = place(pointer, event);
        if (depth > MAX_DEPTH) {
            throw new Refused(place, "too_deep", "Nested deeper than " + MAX_DEPTH + " levels");
        }
        int before = nodes++;
        long charsBefore = chars;
        Doc doc = switch (event) {
            case AliasEvent alias -> expand(alias, place);
            case ScalarEvent scalar -> scalar(scalar, place);
            case SequenceStartEvent start -> {
                refuseTag(start.getTag(), place);
                yield sequence(place, depth);
            }
            case MappingStartEvent start -> {
                refuseTag(start.getTag(), place);
                yield mapping(place, depth);
            }
            default -> throw new Refused(place, "not_yaml", "Not YAML that can be read");
        };
        if (event instanceof NodeEvent node && !(event instanceof AliasEvent)) {
            node.getAnchor()
                    .ifPresent(anchor ->
                            anchors.put(anchor.getValue(), new Anchored(doc, nodes - before, chars - charsBefore)));
        }
        return doc;
    }

    private Doc expand(AliasEvent alias, Place place) {
        String name = alias.getAlias().getValue();
        Anchored anchored = anchors.get(name);
        if (anchored == null) {
            throw new Refused(place, "unknown_anchor", "There is no anchor \"&" + name + "\" before this alias");
        }
        aliases++;
        expanded += anchored.nodes();
        expandedChars += anchored.chars();
        nodes += anchored.nodes();
        chars += anchored.chars();
        if (aliases > MAX_ALIASES || expanded > MAX_EXPANDED_NODES || expandedChars > MAX_EXPANDED_CHARS) {
            throw new Refused(
                    place,
                    "too_many_aliases",
                    "Aliases make the file too large: at most " + MAX_ALIASES + " aliases that stand for "
                            + MAX_EXPANDED_NODES + " values with 4 Mi characters");
        }
        return anchored.doc();
    }

    private Doc scalar(ScalarEvent event, Place place) {
        refuseTag(event.getTag(), place);
        String text = event.getValue();
        chars += text.length();
        TextRule.mistake(text).ifPresent(mistake -> {
            throw new Refused(place, "invalid_text", mistake);
        });
        return event.isPlain() && NULLS.contains(text)
                ? new Scalar(place, null, Scalar.Kind.NULL)
                : new Scalar(place, text, Scalar.Kind.WORDS);
    }

    private Doc sequence(Place place, int depth) {
        List<Doc> items = new ArrayList<>();
        Event event = events.next();
        while (event.getEventId() != Event.ID.SequenceEnd) {
            items.add(node(event, Pointers.step(place.pointer(), items.size()), depth + 1));
            event = events.next();
        }
        return new Doc.Sequence(place, items);
    }

    private Doc mapping(Place place, int depth) {
        Map<String, Entry> own = new LinkedHashMap<>();
        List<Doc.Mapping> merged = new ArrayList<>();
        Event event = events.next();
        while (event.getEventId() != Event.ID.MappingEnd) {
            Doc key = node(event, place.pointer(), depth + 1);
            if (!(key instanceof Scalar scalar)) {
                throw new Refused(key.place(), "not_a_key", "A key must be a text");
            }
            // A key is a text, also where a value of the same letters would be nothing.
            String name = event instanceof ScalarEvent plain ? plain.getValue() : String.valueOf(scalar.text());
            TextRule.keyMistake(name).ifPresent(mistake -> {
                throw new Refused(key.place(), "not_a_key", mistake);
            });
            Place keyPlace = new Place(
                    Pointers.step(place.pointer(), name),
                    place(place.pointer(), event).line(),
                    place(place.pointer(), event).column());
            Doc value = node(events.next(), keyPlace.pointer(), depth + 1);
            if (name.equals(MERGE) && event instanceof ScalarEvent merge && merge.isPlain()) {
                merge(value, keyPlace, merged);
            } else if (own.putIfAbsent(name, new Entry(keyPlace, value)) != null) {
                throw new Refused(keyPlace, "duplicate_key", "\"" + name + "\" stands here twice");
            }
            event = events.next();
        }
        for (Doc.Mapping other : merged) {
            other.entries().forEach(own::putIfAbsent);
            nodes += other.entries().size();
        }
        return new Doc.Mapping(place, own);
    }

    private static void merge(Doc value, Place place, List<Doc.Mapping> merged) {
        List<Doc> sources = value instanceof Doc.Sequence sequence ? sequence.items() : List.of(value);
        for (Doc source : sources) {
            if (!(source instanceof Doc.Mapping mapping)) {
                throw new Refused(place, "not_a_mapping", "\"<<\" merges mappings only");
            }
            merged.add(mapping);
        }
    }

    private static void refuseTag(Optional<String> tag, Place place) {
        if (tag.isPresent() && !tag.get().equals("!") && !tag.get().startsWith("tag:yaml.org,2002:")) {
            throw new Refused(place, "unknown_tag", "The tag \"" + tag.get() + "\" is not known here");
        }
    }

    private static Place place(String pointer, Event event) {
        return event.getStartMark().map(mark -> place(pointer, mark)).orElse(new Place(pointer, 1, 1));
    }

    private static Place place(String pointer, Mark mark) {
        return new Place(pointer, mark.getLine() + 1, mark.getColumn() + 1);
    }

    /** The text is refused as a whole. */
    private static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final transient Place place;
        private final String code;

        Refused(Place place, String code, String message) {
            super(message, null, false, false);
            this.place = place;
            this.code = code;
        }
    }
}
