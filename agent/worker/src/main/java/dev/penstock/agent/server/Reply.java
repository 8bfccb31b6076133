package dev.penstock.agent.server;

import dev.penstock.agent.json.Json;
import java.nio.charset.StandardCharsets;

/**
 * What the server answered.
 *
 * @param retryAfterSeconds as the server wishes, or 0
 * @param body of a good answer that went into a file: empty
 */
@SuppressWarnings("ArrayRecordComponent") // equality is never asked of an answer
record Reply(int status, int retryAfterSeconds, byte[] body) {
    private static final int MAX_DETAIL_CHARS = 500;

    boolean isGood() {
        return status >= 200 && status < 300;
    }

    /** The stable word of a problem document; empty when there is none. */
    String code() {
        return Json.text(body, "code");
    }

    /** The reason for people, on one line. */
    String detail() {
        String detail = Json.text(body, "detail");
        String text = detail.isEmpty() ? new String(body, StandardCharsets.UTF_8) : detail;
        String line = text.replaceAll("\\p{Cntrl}+", " ").strip();
        return line.length() > MAX_DETAIL_CHARS ? line.substring(0, MAX_DETAIL_CHARS) + "…" : line;
    }
}
