package dev.penstock.core.config.write;

import dev.penstock.core.config.model.Names;
import dev.penstock.core.config.model.PipelineDefinition;
import dev.penstock.core.config.model.Pointers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What differs between two definitions, as people would say it: parts with names are found by their names wherever they
 * stand, so that a new first stage is one addition and not a change of every stage.
 */
public final class DefinitionDiff {
    /** Longer lists are compared place by place; finding the common part costs the product of the lengths. */
    private static final int MAX_COMPARED = 500;

    private final List<Change> changes = new ArrayList<>();

    private DefinitionDiff() {}

    /** The three kinds of changes, and one for parts that stand elsewhere. */
    public enum Kind {
        ADDED,
        REMOVED,
        CHANGED,
        MOVED
    }

    /**
     * One difference.
     *
     * @param path names and places on the way to it, such as {@code stages/build/jobs/unit/tasks/2/options/target}
     * @param pointer in the JSON form of the newer definition; of what was removed, in the older one
     * @param before in the JSON form; null when it was added
     * @param after null when it was removed
     */
    public record Change(
            Kind kind,
            String path,
            String pointer,
            @Nullable Object before,
            @Nullable Object after) {}

    /** The differences, in the order of the JSON form. */
    public static List<Change> between(PipelineDefinition before, PipelineDefinition after) {
        var diff = new DefinitionDiff();
        diff.maps("", "", "", JsonForm.of(before), JsonForm.of(after));
        return List.copyOf(diff.changes);
    }

    /** All of a new definition. */
    public static List<Change> added(PipelineDefinition definition) {
        return List.of(new Change(Kind.ADDED, "", "", null, JsonForm.of(definition)));
    }

    private void values(String path, String old, String pointer, @Nullable Object before, @Nullable Object after) {
        if (Objects.equals(before, after)) {
            return;
        }
        if (before == null) {
            changes.add(new Change(Kind.ADDED, path, pointer, null, after));
        } else if (after == null) {
            changes.add(new Change(Kind.REMOVED, path, old, before, null));
        } else if (before instanceof Map<?, ?> one && after instanceof Map<?, ?> other && !isSecret(one, other)) {
            maps(path, old, pointer, one, other);
        } else if (before instanceof List<?> one && after instanceof List<?> other) {
            lists(path, old, pointer, one, other);
        } else {
            changes.add(new Change(Kind.CHANGED, path, pointer, before, after));
        }
    }

    private static boolean isSecret(Map<?, ?> one, Map<?, ?> other) {
        return one.keySet().equals(Set.of("secret_ref")) || other.keySet().equals(Set.of("secret_ref"));
    }

    private void maps(String path, String old, String pointer, Map<?, ?> before, Map<?, ?> after) {
        Set<Object> names = new LinkedHashSet<>(before.keySet());
        names.addAll(after.keySet());
        for (Object name : names) {
            values(
                    step(path, name),
                    Pointers.step(old, name),
                    Pointers.step(pointer, name),
                    before.get(name),
                    after.get(name));
        }
    }

    private void lists(String path, String old, String pointer, List<?> before, List<?> after) {
        Map<String, Integer> ones = names(before);
        Map<String, Integer> others = names(after);
        if (ones.size() == before.size() && others.size() == after.size()) {
            named(path, old, pointer, before, after);
        } else {
            unnamed(path, old, pointer, before, after);
        }
    }

    private void named(String path, String old, String pointer, List<?> before, List<?> after) {
        Map<String, Integer> ones = names(before);
        Map<String, Integer> others = names(after);
        ones.forEach((name, i) -> {
            if (!others.containsKey(name)) {
                values(step(path, name(before.get(i))), Pointers.step(old, i), "", before.get(i), null);
            }
        });
        others.forEach((name, i) -> {
            Integer place = ones.get(name);
            values(
                    step(path, name(after.get(i))),
                    Pointers.step(old, place == null ? i : place),
                    Pointers.step(pointer, i),
                    place == null ? null : before.get(place),
                    after.get(i));
        });
        List<String> stayedBefore =
                ones.keySet().stream().filter(others::containsKey).toList();
        List<String> stayedAfter =
                others.keySet().stream().filter(ones::containsKey).toList();
        if (!stayedBefore.equals(stayedAfter)) {
            Function<List<?>, List<String>> order =
                    list -> list.stream().map(DefinitionDiff::name).toList();
            changes.add(new Change(Kind.MOVED, path, pointer, order.apply(before), order.apply(after)));
        }
    }

    /** Finds what both have in the same order, and compares what stands between place by place. */
    private void unnamed(String path, String old, String pointer, List<?> before, List<?> after) {
        List<int[]> common = common(before, after);
        common.add(new int[] {before.size(), after.size()});
        int i = 0;
        int j = 0;
        for (int[] next : common) {
            while (i < next[0] && j < next[1]) {
                values(step(path, j), Pointers.step(old, i), Pointers.step(pointer, j), before.get(i), after.get(j));
                i++;
                j++;
            }
            for (; i < next[0]; i++) {
                values(step(path, i), Pointers.step(old, i), "", before.get(i), null);
            }
            for (; j < next[1]; j++) {
                values(step(path, j), "", Pointers.step(pointer, j), null, after.get(j));
            }
            i = next[0] + 1;
            j = next[1] + 1;
        }
    }

    /** The longest common subsequence, as pairs of places. */
    private static List<int[]> common(List<?> before, List<?> after) {
        List<int[]> pairs = new ArrayList<>();
        if (before.size() > MAX_COMPARED || after.size() > MAX_COMPARED) {
            return pairs;
        }
        int[][] length = new int[before.size() + 1][after.size() + 1];
        for (int i = before.size() - 1; i >= 0; i--) {
            for (int j = after.size() - 1; j >= 0; j--) {
                length[i][j] = before.get(i).equals(after.get(j))
                        ? length[i + 1][j + 1] + 1
                        : Math.max(length[i + 1][j], length[i][j + 1]);
            }
        }
        int i = 0;
        int j = 0;
        while (i < before.size() && j < after.size()) {
            if (before.get(i).equals(after.get(j))) {
                pairs.add(new int[] {i++, j++});
            } else if (length[i + 1][j] >= length[i][j + 1]) {
                i++;
            } else {
                j++;
            }
        }
        return pairs;
    }

    /** Places by name; smaller than the list when a part has no name or one that is there twice. */
    private static Map<String, Integer> names(List<?> list) {
        Map<String, Integer> names = new LinkedHashMap<>();
        for (int i = 0; i < list.size(); i++) {
            String name = name(list.get(i));
            if (!name.isEmpty()) {
                names.putIfAbsent(Names.key(name), i);
            }
        }
        return names;
    }

    private static String name(Object part) {
        return part instanceof Map<?, ?> map && map.get("name") instanceof String name ? name : "";
    }

    private static String step(String path, Object name) {
        return path.isEmpty() ? name.toString() : path + "/" + name;
    }
}
