package dev.penstock.core.config.model;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What must hold for the materials of a pipeline. */
final class MaterialRules {
    private final DefinitionRules rules;

    MaterialRules(DefinitionRules rules) {
        this.rules = rules;
    }

    void check(PipelineDefinition d) {
        names(d.materials());
        destinations(d.materials());
        Set<String> upstream = new HashSet<>();
        for (int i = 0; i < d.materials().size(); i++) {
            MaterialDefinition material = d.materials().get(i);
            String at = "/materials/" + i;
            if (material.type().equals(MaterialDefinition.PIPELINE)) {
                dependency(at, d, material, upstream);
            }
            if (material.options().get("branch") instanceof String branch) {
                branch(at + "/options/branch", branch);
            }
            credentials(at, material);
        }
    }

    private void names(List<MaterialDefinition> materials) {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < materials.size(); i++) {
            String name = materials.get(i).name();
            if (name == null) {
                continue;
            }
            String at = "/materials/" + i + "/name";
            rules.name(at, "material", name);
            if (!seen.add(Names.key(name))) {
                rules.wrong(at, "duplicate_name", "There is another material \"" + name + "\"");
            }
        }
    }

    /** Several checkouts need folders of their own, none inside another. */
    private void destinations(List<MaterialDefinition> materials) {
        List<Integer> checkouts = new ArrayList<>();
        for (int i = 0; i < materials.size(); i++) {
            if (!materials.get(i).type().equals(MaterialDefinition.PIPELINE)) {
                checkouts.add(i);
                rules.inside(
                        "/materials/" + i + "/destination",
                        "Destination",
                        materials.get(i).destination());
            }
        }
        if (checkouts.size() < 2 || checkouts.size() > DefinitionRules.MAX_MATERIALS) {
            return;
        }
        for (int i : checkouts) {
            String own = folder(materials.get(i).destination());
            String at = "/materials/" + i + "/destination";
            if (own.equals("/")) {
                rules.wrong(at, "required", "With several materials each needs a destination of its own");
                continue;
            }
            for (int other : checkouts) {
                String theirs = folder(materials.get(other).destination());
                boolean same = own.equals(theirs) && other < i;
                boolean nested = !own.equals(theirs) && !theirs.equals("/") && own.startsWith(theirs);
                if (same || nested) {
                    rules.wrong(
                            at,
                            "nested_destination",
                            "Destination \"" + materials.get(i).destination()
                                    + "\" is the same as, or inside, \""
                                    + materials.get(other).destination()
                                    + "\" of another material");
                }
            }
        }
    }

    private static String folder(String destination) {
        StringBuilder folder = new StringBuilder("/");
        for (String segment : destination.toLowerCase(Locale.ROOT).split("/", -1)) {
            if (!segment.isEmpty() && !segment.equals(".")) {
                folder.append(segment).append('/');
            }
        }
        return folder.toString();
    }

    private void dependency(String at, PipelineDefinition d, MaterialDefinition material, Set<String> upstream) {
        String pipeline = String.valueOf(material.options().getOrDefault("pipeline", ""));
        if (Names.key(pipeline).equals(Names.key(d.name()))) {
            rules.wrong(at + "/options/pipeline", "cycle", "The pipeline cannot be its own upstream");
        }
        if (!upstream.add(Names.key(pipeline))) {
            rules.wrong(
                    at + "/options/pipeline",
                    "duplicate_upstream",
                    "There is another material for pipeline \"" + pipeline + "\"");
        }
        if (!material.destination().isEmpty()) {
            rules.wrong(
                    at + "/destination", "not_allowed", "A pipeline as material has no files, and so no destination");
        }
        if (!material.filter().patterns().isEmpty()) {
            rules.wrong(at + "/filter", "not_allowed", "A pipeline as material has no files, and so no filter");
        }
    }

    private void branch(String at, String branch) {
        int colon = branch.indexOf(':');
        if (branch.indexOf('*') >= 0) {
            rules.wrong(at, "invalid_branch", "Branch \"" + branch + "\" must be one branch, without \"*\"");
        } else if (colon >= 0
                && (!branch.startsWith("refs/") || branch.substring(colon + 1).isBlank())) {
            rules.wrong(
                    at, "invalid_branch", "Refspec \"" + branch + "\" must begin with refs/ and have a destination");
        }
    }

    /** A user or password in two places would leave open which one counts. */
    private void credentials(String at, MaterialDefinition material) {
        boolean fields =
                material.options().containsKey("username") || material.options().containsKey("password");
        if (fields && material.options().get("url") instanceof String url && hasPassword(url)) {
            rules.wrong(
                    at + "/options/url",
                    "ambiguous",
                    "User and password stand in the URL and in their own fields; remove them from the URL");
        }
    }

    /** Whether the part between the scheme and the first slash is {@code user:password@host}. */
    private static boolean hasPassword(String url) {
        int start = url.indexOf("://");
        if (start < 0) {
            return false;
        }
        int slash = url.indexOf('/', start + 3);
        String authority = url.substring(start + 3, slash < 0 ? url.length() : slash);
        int at = authority.indexOf('@');
        return at >= 0 && authority.substring(0, at).indexOf(':') >= 0;
    }
}
