package dev.penstock.core.http;

import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import io.javalin.http.Context;
import java.util.List;

/** Which form of an answer a client wants. */
public final class Accepts {
    private Accepts() {}

    /**
     * The media type that {@code Accept} likes best; the first offered one when there is no such header or several are
     * liked alike.
     *
     * @param offered in our order of preference
     * @throws PenstockException NOT_ACCEPTABLE when the client takes none of them
     */
    public static String best(Context ctx, List<String> offered) {
        String header = ctx.header("Accept");
        if (header == null || header.isBlank()) {
            return offered.getFirst();
        }
        String best = "";
        double liking = 0;
        for (String type : offered) {
            double quality = quality(header, type);
            if (quality > liking) {
                best = type;
                liking = quality;
            }
        }
        if (best.isEmpty()) {
            throw new PenstockException(
                    ErrorCode.NOT_ACCEPTABLE, "This is answered as " + String.join(" or ", offered) + " only");
        }
        return best;
    }

    /** How much the header likes a type: by the range that names it most exactly. */
    private static double quality(String header, String type) {
        String[] ranges = {type, type.substring(0, type.indexOf('/')) + "/*", "*/*"};
        double found = 0;
        int exactness = ranges.length;
        for (String part : header.split(",", -1)) {
            String[] words = part.strip().split(";", -1);
            for (int i = 0; i < exactness; i++) {
                if (words[0].strip().equalsIgnoreCase(ranges[i])) {
                    exactness = i;
                    found = weight(words);
                }
            }
        }
        return found;
    }

    private static double weight(String[] words) {
        for (int i = 1; i < words.length; i++) {
            String word = words[i].strip();
            if (word.startsWith("q=") || word.startsWith("Q=")) {
                try {
                    return Double.parseDouble(word.substring(2));
                } catch (NumberFormatException _) {
                    return 0;
                }
            }
        }
        return 1;
    }
}
