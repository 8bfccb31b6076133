package dev.penstock.agent.job;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The options of a task that the agent itself knows. Pure. */
final class Options {
    private final Map<String, Object> options;

    Options(Map<String, Object> options) {
        this.options = options;
    }

    /** A text; empty when it is left out. */
    String text(String name) {
        Object value = options.get(name);
        return value == null ? "" : value.toString();
    }

    /** Texts in their order; none when the option is left out. */
    List<String> list(String name) {
        var texts = new ArrayList<String>();
        if (options.get(name) instanceof List<?> list) {
            list.forEach(each -> texts.add(String.valueOf(each)));
        }
        return texts;
    }

    boolean flag(String name) {
        return "true".equals(text(name));
    }
}
