package dev.penstock.core.agent;

import dev.penstock.agent.protocol.AgentFacts;
import dev.penstock.agent.protocol.Protocol;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What agents and people claim about an agent, brought within limits before anybody stores or shows it. */
public final class Facts {
    /** As long as a host name can be; longer values are cut, because a claim must not fill a page. */
    private static final int MAX_CHARS = 255;

    /** As long as a path can be on Linux. */
    private static final int MAX_PATH_CHARS = 4096;

    /** GoCD's alphabet of resources; also that of environments. */
    private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9_.|-]([A-Za-z0-9_.| -]{0,253}[A-Za-z0-9_.|-])?");

    /** More labels than anybody reads. */
    private static final int MAX_LABELS = 100;

    private Facts() {}

    /** Checks the version of the protocol that the other side speaks. */
    public static void requireKnownProtocol(int version) {
        if (version != Protocol.VERSION) {
            throw new PenstockException(
                    ErrorCode.UPGRADE_REQUIRED,
                    "The agent speaks version " + version + " of the protocol, the server version " + Protocol.VERSION
                            + ": install the agent of the server's release");
        }
    }

    /** The facts with nothing missing, nothing too long and no control characters. */
    public static AgentFacts clean(@Nullable AgentFacts facts) {
        if (facts == null) {
            throw new PenstockException(ErrorCode.BAD_REQUEST, "\"facts\" is missing");
        }
        return new AgentFacts(
                text(facts.hostName(), MAX_CHARS),
                text(facts.ipAddress(), MAX_CHARS),
                text(facts.operatingSystem(), MAX_CHARS),
                text(facts.user(), MAX_CHARS),
                text(facts.workingDirectory(), MAX_PATH_CHARS),
                Math.max(facts.freeBytes(), -1),
                text(facts.agentVersion(), MAX_CHARS));
    }

    /**
     * Labels as written, each once whatever its case, in the order of their names.
     *
     * @param noun what they are, for the message
     */
    static List<String> labels(String noun, List<String> labels) {
        var unique = new TreeMap<String, String>();
        for (String label : labels) {
            String trimmed = label.strip();
            if (!LABEL.matcher(trimmed).matches()) {
                throw new PenstockException(
                        ErrorCode.INVALID,
                        "\"" + text(label, MAX_CHARS) + "\" cannot be the name of a " + noun
                                + ": use up to 255 letters, digits, \"_\", \"-\", \".\", \"|\" and spaces between them");
            }
            unique.putIfAbsent(trimmed.toLowerCase(Locale.ROOT), trimmed);
        }
        if (unique.size() > MAX_LABELS) {
            throw new PenstockException(
                    ErrorCode.INVALID, "An agent has at most " + MAX_LABELS + " names of the kind \"" + noun + "\"");
        }
        return List.copyOf(unique.values());
    }

    private static String text(@Nullable String value, int limit) {
        if (value == null) {
            return "";
        }
        String cut = value.length() <= limit ? value : value.substring(0, limit);
        var clean = new StringBuilder(cut.length());
        cut.codePoints()
                .filter(c -> !Character.isISOControl(c) && Character.isDefined(c))
                .filter(c -> Character.getType(c) != Character.SURROGATE)
                .forEach(clean::appendCodePoint);
        return clean.toString();
    }
}
