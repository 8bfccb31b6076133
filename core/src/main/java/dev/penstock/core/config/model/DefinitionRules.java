package dev.penstock.core.config.model;

import dev.penstock.core.platform.error.Violation;
import dev.penstock.core.platform.pattern.UserPattern;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.IntFunction;

/** What must hold in one resolved definition by itself. Pure; finds every mistake. */
public final class DefinitionRules {
    private static final int MAX_VARIABLE_NAME_CHARS = 255;

    /** Ten times what the largest pipelines we know have; some checks compare each with each. */
    static final int MAX_MATERIALS = 100;

    private static final int MAX_STAGES = 100;
    private static final int MAX_PARAMETERS = 500;
    private static final int MAX_VARIABLES = 500;

    private final List<Violation> violations;

    DefinitionRules(List<Violation> violations) {
        this.violations = violations;
    }

    /** The mistakes of a definition whose parameters are replaced. */
    public static List<Violation> check(PipelineDefinition definition) {
        var rules = new DefinitionRules(new ArrayList<>());
        rules.pipeline(definition);
        new MaterialRules(rules).check(definition);
        new JobRules(rules).check(definition);
        return List.copyOf(rules.violations);
    }

    private void pipeline(PipelineDefinition d) {
        name("/name", "pipeline", d.name());
        name("/group", "pipeline group", d.group());
        if (d.template() != null) {
            wrong(
                    "/template",
                    "unknown_template",
                    "There is no template \"" + d.template() + "\"; give the pipeline stages of its own");
        } else if (d.stages().isEmpty()) {
            wrong("/stages", "required", "The pipeline needs at least one stage");
        }
        if (d.materials().isEmpty()) {
            wrong("/materials", "required", "The pipeline needs at least one material");
        }
        atMost("/materials", "materials", d.materials().size(), MAX_MATERIALS);
        atMost("/stages", "stages", d.stages().size(), MAX_STAGES);
        atMost("/parameters", "parameters", d.parameters().size(), MAX_PARAMETERS);
        if (d.displayOrder() < -1) {
            wrong("/display_order", "out_of_range", "\"display_order\" must be -1 or more");
        }
        unique("parameter", d.parameters().keySet().stream().toList(), i -> "/parameters/" + i + "/name");
        int position = 0;
        for (String parameter : d.parameters().keySet()) {
            name("/parameters/" + position + "/name", "parameter", parameter);
            position++;
        }
        violations.addAll(LabelTemplate.check(d.labelTemplate(), materialKeys(d)));
        tracking(d);
        if (d.timer() != null) {
            CronSyntax.mistake(d.timer().spec())
                    .ifPresent(mistake -> wrong("/timer/spec", "invalid_timer", "Timer: " + mistake));
        }
        variables("", d.variables());
        unique("stage", d.stages().stream().map(StageDefinition::name).toList(), i -> "/stages/" + i + "/name");
    }

    private static Set<String> materialKeys(PipelineDefinition d) {
        Set<String> keys = new HashSet<>();
        for (MaterialDefinition material : d.materials()) {
            if (material.name() != null) {
                keys.add(Names.key(material.name()));
            } else if (material.type().equals(MaterialDefinition.PIPELINE)) {
                keys.add(Names.key(String.valueOf(material.options().get("pipeline"))));
            }
        }
        return keys;
    }

    private void tracking(PipelineDefinition d) {
        var tool = d.trackingTool();
        if (tool == null) {
            return;
        }
        boolean web = tool.link().startsWith("http://") || tool.link().startsWith("https://");
        if (!web || !tool.link().contains("${ID}")) {
            wrong(
                    "/tracking_tool/link",
                    "invalid_link",
                    "The link \"" + tool.link() + "\" must begin with http:// or https:// and contain ${ID}");
        }
        try {
            UserPattern.of(tool.regex());
        } catch (IllegalArgumentException e) {
            wrong("/tracking_tool/regex", "invalid_regex", String.valueOf(e.getMessage()));
        }
    }

    void variables(String owner, List<Variable> variables) {
        atMost(owner + "/variables", "variables", variables.size(), MAX_VARIABLES);
        for (int i = 0; i < variables.size(); i++) {
            String at = owner + "/variables/" + i + "/name";
            String name = variables.get(i).name();
            if (name.isBlank() || !name.equals(name.strip()) || name.length() > MAX_VARIABLE_NAME_CHARS) {
                wrong(
                        at,
                        "invalid_name",
                        "\"" + name + "\" is not a variable's name: it must not be empty, begin or end"
                                + " with a blank, or have more than 255 characters");
            } else if (name.indexOf('=') >= 0 || name.chars().anyMatch(Character::isISOControl)) {
                wrong(
                        at,
                        "invalid_name",
                        "The name of variable \"" + name + "\" must not contain \"=\" or control characters");
            } else if (EnvironmentVariables.RESERVED_PREFIXES.stream()
                    .anyMatch(name.toUpperCase(Locale.ROOT)::startsWith)) {
                wrong(
                        at,
                        "reserved_name",
                        "Variable \"" + name
                                + "\" begins with GO_ or PENSTOCK_, which are the server's own; choose another name");
            }
        }
        unique("variable", variables.stream().map(Variable::name).toList(), i -> owner + "/variables/" + i + "/name");
    }

    void atMost(String at, String nouns, int count, int most) {
        if (count > most) {
            wrong(at, "too_many", "There are " + count + " " + nouns + "; at most " + most + " are possible");
        }
    }

    void name(String at, String noun, String name) {
        if (!Names.isName(name)) {
            wrong(at, "invalid_name", "\"" + name + "\" is not a name of a " + noun + "; use " + Names.RULE);
        }
    }

    /** Names that differ only in case are the same. */
    void unique(String noun, List<String> names, IntFunction<String> at) {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < names.size(); i++) {
            if (!seen.add(Names.key(names.get(i)))) {
                wrong(at.apply(i), "duplicate_name", "There is another " + noun + " \"" + names.get(i) + "\"");
            }
        }
    }

    /** A path that stays inside the folder it is relative to. */
    void inside(String at, String what, String path) {
        if (!isInside(path)) {
            wrong(at, "invalid_path", what + " \"" + path + "\" must be relative, with \"/\", and stay inside");
        }
    }

    static boolean isInside(String path) {
        if (path.startsWith("/") || path.indexOf('\\') >= 0 || path.matches("[A-Za-z]:.*")) {
            return false;
        }
        if (path.chars().anyMatch(Character::isISOControl)) {
            return false;
        }
        int depth = 0;
        for (String segment : path.split("/", -1)) {
            depth += segment.equals("..") ? -1 : segment.isEmpty() || segment.equals(".") ? 0 : 1;
            if (depth < 0) {
                return false;
            }
        }
        return true;
    }

    void wrong(String pointer, String code, String message) {
        violations.add(Violation.at(pointer, code, message));
    }
}
