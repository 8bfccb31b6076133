package dev.penstock.core.config.write;

import dev.penstock.core.config.model.ArtifactDefinition;
import dev.penstock.core.config.model.JobDefinition;
import dev.penstock.core.config.model.JobDefinition.OnAgentLoss;
import dev.penstock.core.config.model.JobDefinition.RunInstances;
import dev.penstock.core.config.model.MaterialDefinition;
import dev.penstock.core.config.model.PipelineDefinition;
import dev.penstock.core.config.model.StageDefinition;
import dev.penstock.core.config.model.StageDefinition.Approval;
import dev.penstock.core.config.model.TaskDefinition;
import dev.penstock.core.config.model.TaskDefinition.RunIf;
import dev.penstock.core.config.model.Variable;
import dev.penstock.core.secret.SecretRef;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Definitions that are right, with every field in use and texts that are hard to write. */
final class RandomDefinitions {
    private static final List<String> HARD = List.of(
            "",
            " ",
            "yes",
            "No",
            "null",
            "~",
            "true",
            "1.10",
            "012",
            "0x1F",
            "1e3",
            "12:30:45",
            "2001-01-01",
            "a\nb",
            "a\nb\n",
            "\n",
            "\n\n a\n",
            " lead",
            "trail ",
            "a \n b",
            "\ttab",
            "cr\r\nlf",
            "#comment",
            "a # b",
            "##{x}",
            "#{p}",
            "key: value",
            "- item",
            "{a: b}",
            "[a, b]",
            "'single'",
            "\"double\"",
            "it's",
            "back\\slash",
            "%percent",
            "@at",
            "`tick",
            "!tag",
            "&anchor",
            "*alias",
            "? x",
            "|",
            ">",
            "<<",
            "=",
            "---",
            "...",
            "한국어",
            "😀",
            "\u0085next",
            "\u2028line",
            "\uFEFFbom",
            "\u0007bell",
            "\u001b[31mred",
            "x".repeat(3_000),
            "word ".repeat(200));

    private final Random random;

    RandomDefinitions(long seed) {
        this.random = new Random(seed);
    }

    PipelineDefinition next() {
        return new PipelineDefinition(
                name("pipeline"),
                name("group"),
                pick("${COUNT}", "v${COUNT}-${env:A B}", "a'${count}\""),
                pick(-1, 0, 7),
                pick(PipelineDefinition.LockBehavior.values()),
                null,
                Map.of("p", text()),
                maybe() ? null : new PipelineDefinition.TrackingTool("https://x/${ID}?" + text().strip(), "(\\d+)"),
                maybe() ? null : new PipelineDefinition.Timer("0 0 22 ? * MON-FRI", maybe()),
                variables(),
                materials(),
                list(1, 3, i -> stage("stage" + i)));
    }

    private StageDefinition stage(String name) {
        var approval = new Approval(pick(Approval.Type.values()), maybe(), texts(), texts());
        return new StageDefinition(
                name,
                maybe(),
                maybe(),
                maybe(),
                maybe() ? Approval.AUTOMATIC : approval,
                variables(),
                list(1, 3, i -> job(pick("job", "null", "yes", "1.0", "-x") + i)));
    }

    private JobDefinition job(String name) {
        return new JobDefinition(
                name,
                pick(RunInstances.ONE, RunInstances.ALL_AGENTS, new RunInstances(RunInstances.Kind.COUNT, 5)),
                list(0, 2, i -> pick("linux", "a b", "1", "x|y") + i),
                null,
                minutes(),
                minutes(),
                minutes(),
                pick(OnAgentLoss.RERUN, OnAgentLoss.ASK, new OnAgentLoss(OnAgentLoss.Policy.RERUN, 5)),
                variables(),
                list(1, 4, _ -> task(true)),
                list(
                        0,
                        2,
                        i -> new ArtifactDefinition(
                                pick(ArtifactDefinition.Kind.BUILD, ArtifactDefinition.Kind.TEST),
                                "out" + i + "/**/*.jar",
                                pick("", "jars"),
                                null,
                                null,
                                Map.of())),
                list(0, 2, i -> new JobDefinition.Tab("tab" + i, "site/i.html")));
    }

    private TaskDefinition task(boolean own) {
        Map<String, Object> options = new LinkedHashMap<>();
        String type = pick("exec", "ant", "maven", "script", "odd");
        switch (type) {
            case "exec" -> {
                options.put("command", "make");
                put(options, "arguments", texts());
            }
            case "ant" -> put(options, "target", text());
            case "maven" -> {
                options.put("goals", texts());
                put(options, "properties", map());
                put(options, "batch", maybe());
                put(options, "threads", (long) random.nextInt());
                put(options, "password", new SecretRef(1 + random.nextInt(1_000)));
                put(options, "color", pick("always", "never"));
            }
            case "script" -> {
                options.put("script", "x" + text());
                put(options, "interpreter", text());
            }
            default -> {
                put(options, "timeout", text());
                put(options, "options", map());
            }
        }
        List<RunIf> runIf = own
                ? pick(List.of(RunIf.PASSED), List.of(RunIf.ANY), List.of(RunIf.FAILED, RunIf.PASSED))
                : List.of(RunIf.PASSED);
        return new TaskDefinition(
                type, options, pick("", "sub/dir"), runIf, own && maybe() ? task(false) : null, pick(0, 5));
    }

    private List<MaterialDefinition> materials() {
        boolean named = maybe();
        List<MaterialDefinition> materials = new ArrayList<>(list(1, 3, i -> {
            Map<String, Object> options = new LinkedHashMap<>();
            boolean git = maybe();
            if (git) {
                options.put("url", "https://git/" + i);
                put(options, "branch", pick("main", "refs/x/y:z"));
                put(options, "shallow_clone", maybe());
                put(options, "password", new SecretRef(9));
            } else {
                put(options, "type", text());
                put(options, "token", new SecretRef(8));
            }
            var filter = new MaterialDefinition.Filter(texts(), maybe());
            return new MaterialDefinition(
                    named || maybe() ? "material" + i : null,
                    git ? "git" : "feed",
                    options,
                    "dir" + i,
                    maybe(),
                    filter);
        }));
        if (maybe()) {
            Map<String, Object> options = new LinkedHashMap<>(Map.of("pipeline", "up"));
            options.put("stage", "test");
            put(options, "ignore_for_scheduling", maybe());
            materials.add(new MaterialDefinition(
                    named ? "up" : null, "pipeline", options, "", true, MaterialDefinition.Filter.NONE));
        }
        return materials;
    }

    private List<Variable> variables() {
        return list(0, 4, i -> {
            String name = pick("A B", "null", "yes", "<<", "x: y", "1", "한") + i;
            return maybe() ? new Variable(name, text(), null) : new Variable(name, null, new SecretRef(i + 1));
        });
    }

    private Map<String, String> map() {
        Map<String, String> map = new LinkedHashMap<>();
        for (int n = random.nextInt(4); n > 0; n--) {
            String key = text();
            map.put(key.substring(0, Math.min(900, key.length())) + n, text());
        }
        return map;
    }

    private List<String> texts() {
        return list(0, 3, _ -> text());
    }

    private String text() {
        return HARD.get(random.nextInt(HARD.size()))
                + (random.nextInt(4) == 0 ? HARD.get(random.nextInt(HARD.size())) : "");
    }

    private String name(String noun) {
        return pick(noun, "null", "yes", "1.5", "-a", "_", "A.b-C");
    }

    private @Nullable Integer minutes() {
        return pick(0, 1, 2) == 0 ? null : Integer.valueOf(random.nextInt(100));
    }

    private void put(Map<String, Object> options, String name, Object value) {
        if (maybe()) {
            options.put(name, value);
        }
    }

    private boolean maybe() {
        return random.nextBoolean();
    }

    @SafeVarargs
    private <T> T pick(T... values) {
        return values[random.nextInt(values.length)];
    }

    private <T> List<T> list(int least, int most, IntFunction<T> item) {
        List<T> list = new ArrayList<>();
        for (int i = least + random.nextInt(most - least + 1); i > 0; i--) {
            list.add(item.apply(i));
        }
        return list;
    }
}
