package dev.penstock.agent.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.SerializedString;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** How a record is read and written: its components by name. Immutable. */
final class RecordShape<T extends Record> {
    private static final Map<Class<?>, RecordShape<?>> SHAPES = new ConcurrentHashMap<>();

    private final Class<T> type;
    private final RecordComponent[] components;

    // What reflection would have to work out anew each time it is asked.
    private final SerializableString[] names;
    private final Type[] kinds;
    private final Method[] accessors;

    /** Whether null is a value of the component. */
    private final boolean[] nullable;

    private final Constructor<T> constructor;

    private RecordShape(Class<T> type) {
        this.type = type;
        this.components = type.getRecordComponents();
        this.names = new SerializableString[components.length];
        this.kinds = new Type[components.length];
        this.accessors = new Method[components.length];
        this.nullable = new boolean[components.length];
        var parameters = new Class<?>[components.length];
        for (int i = 0; i < components.length; i++) {
            parameters[i] = components[i].getType();
            nullable[i] = components[i].getAnnotatedType().isAnnotationPresent(Nullable.class);
            names[i] = new SerializedString(components[i].getName());
            kinds[i] = components[i].getGenericType();
            accessors[i] = components[i].getAccessor();
            accessors[i].setAccessible(true);
        }
        try {
            constructor = type.getDeclaredConstructor(parameters);
            constructor.setAccessible(true);
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException("A record without its constructor: " + type, e);
        }
    }

    @SuppressWarnings("unchecked") // the map holds under each type its own shape
    static <T extends Record> RecordShape<T> of(Class<T> type) {
        RecordShape<?> known = SHAPES.get(type);
        if (known == null) {
            known = new RecordShape<>(type);
            SHAPES.put(type, known);
        }
        return (RecordShape<T>) known;
    }

    void write(JsonGenerator to, Record value) throws IOException {
        to.writeStartObject();
        for (int i = 0; i < accessors.length; i++) {
            Object part = part(accessors[i], value);
            if (part != null) {
                to.writeFieldName(names[i]);
                Json.write(to, part);
            }
        }
        to.writeEndObject();
    }

    /** Reads up to the end of the object whose start is the current token. */
    T read(JsonParser from) throws IOException {
        var parts = new @Nullable Object[components.length];
        int next = 0;
        while (from.nextToken() == JsonToken.FIELD_NAME) {
            String name = from.currentName();
            JsonToken token = from.nextToken();
            int i = index(name, next);
            if (i < 0) {
                from.skipChildren();
                continue;
            }
            next = i + 1;
            if (token != JsonToken.VALUE_NULL) {
                parts[i] = value(from, kinds[i], name);
            }
        }
        for (int i = 0; i < parts.length; i++) {
            if (parts[i] == null) {
                parts[i] = absent(components[i], nullable[i]);
            }
        }
        return make(parts);
    }

    private T make(@Nullable Object[] parts) throws IOException {
        try {
            return constructor.newInstance(parts);
        } catch (InvocationTargetException e) {
            throw new IOException("Not a " + type.getSimpleName() + ": " + e.getCause(), e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("Cannot make a " + type, e);
        }
    }

    private static @Nullable Object part(Method accessor, Record value) {
        try {
            return accessor.invoke(value);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("Cannot read " + accessor, e);
        }
    }

    /** @param first where the name most likely is: fields come in the order of the record */
    private int index(String name, int first) {
        for (int i = first; i < names.length; i++) {
            if (names[i].getValue().equals(name)) {
                return i;
            }
        }
        for (int i = 0; i < first; i++) {
            if (names[i].getValue().equals(name)) {
                return i;
            }
        }
        return -1;
    }

    /** What stands for a field that is not there: zero, and null where null means something or a record says so. */
    private @Nullable Object absent(RecordComponent component, boolean nullable) throws IOException {
        Class<?> kind = component.getType();
        if (kind == long.class) {
            return 0L;
        } else if (kind == int.class) {
            return 0;
        } else if (kind == boolean.class) {
            return false;
        } else if (kind == String.class && !nullable) {
            return "";
        } else if ((kind.isRecord() || kind.isEnum() || kind == Instant.class) && !nullable) {
            throw new IOException("\"" + component.getName() + "\" is missing in a " + type.getSimpleName());
        }
        return null;
    }

    private @Nullable Object value(JsonParser from, Type kind, String name) throws IOException {
        if (kind instanceof ParameterizedType generic) {
            return generic.getRawType() == Map.class
                    ? map(from, generic.getActualTypeArguments()[1], name)
                    : list(from, generic.getActualTypeArguments()[0], name);
        }
        if (kind == Object.class) {
            return any(from, name);
        }
        if (kind instanceof Class<?> plain) {
            return scalar(from, plain, name);
        }
        throw new IllegalStateException("No JSON for " + kind);
    }

    private Object scalar(JsonParser from, Class<?> kind, String name) throws IOException {
        JsonToken token = from.currentToken();
        if (kind.isRecord() && token == JsonToken.START_OBJECT) {
            return of(kind.asSubclass(Record.class)).read(from);
        } else if ((kind == long.class || kind == Long.class) && token == JsonToken.VALUE_NUMBER_INT) {
            return from.getLongValue();
        } else if ((kind == int.class || kind == Integer.class) && token == JsonToken.VALUE_NUMBER_INT) {
            return from.getIntValue();
        } else if ((kind == boolean.class || kind == Boolean.class) && token.isBoolean()) {
            return from.getBooleanValue();
        } else if (token == JsonToken.VALUE_STRING) {
            return ofText(from, kind, name);
        }
        throw mismatch(name, kind);
    }

    private Object ofText(JsonParser from, Class<?> kind, String name) throws IOException {
        if (kind == String.class) {
            return from.getText();
        } else if (kind == byte[].class) {
            return from.getBinaryValue();
        } else if (kind == Instant.class) {
            try {
                return Times.instant(from.getText());
            } catch (DateTimeParseException e) {
                throw mismatch(name, kind);
            }
        } else if (kind.isEnum()) {
            for (Object constant : kind.getEnumConstants()) {
                if (((Enum<?>) constant).name().equals(from.getText())) {
                    return constant;
                }
            }
        }
        throw mismatch(name, kind);
    }

    private List<Object> list(JsonParser from, Type element, String name) throws IOException {
        if (from.currentToken() != JsonToken.START_ARRAY) {
            throw mismatch(name, List.class);
        }
        var list = new ArrayList<>();
        while (from.nextToken() != JsonToken.END_ARRAY) {
            list.add(required(value(from, element, name), name));
        }
        return list;
    }

    private Map<String, Object> map(JsonParser from, Type element, String name) throws IOException {
        if (from.currentToken() != JsonToken.START_OBJECT) {
            throw mismatch(name, Map.class);
        }
        var map = new LinkedHashMap<String, Object>();
        while (from.nextToken() == JsonToken.FIELD_NAME) {
            String key = from.currentName();
            from.nextToken();
            Object value = value(from, element, name);
            if (value != null) {
                map.put(key, value);
            }
        }
        return map;
    }

    /** Options of types that this side does not know. */
    private @Nullable Object any(JsonParser from, String name) throws IOException {
        return switch (from.currentToken()) {
            case VALUE_STRING -> from.getText();
            case VALUE_TRUE, VALUE_FALSE -> from.getBooleanValue();
            case VALUE_NUMBER_INT -> from.getLongValue();
            case VALUE_NUMBER_FLOAT -> from.getDoubleValue();
            case START_ARRAY -> list(from, Object.class, name);
            case START_OBJECT -> map(from, Object.class, name);
            case VALUE_NULL -> null;
            case NOT_AVAILABLE, END_OBJECT, END_ARRAY, FIELD_NAME, VALUE_EMBEDDED_OBJECT ->
                throw mismatch(name, Object.class);
        };
    }

    private Object required(@Nullable Object value, String name) throws IOException {
        if (value == null) {
            throw new IOException("\"" + name + "\" holds a null in a " + type.getSimpleName());
        }
        return value;
    }

    private IOException mismatch(String name, Class<?> kind) {
        return new IOException("\"" + name + "\" in a " + type.getSimpleName() + " is not a " + kind.getSimpleName());
    }
}
