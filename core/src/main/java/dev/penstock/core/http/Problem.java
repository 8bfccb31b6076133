package dev.penstock.core.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.Violation;
import dev.penstock.core.platform.json.Json;
import io.javalin.http.HttpStatus;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Why a request was not done, as RFC 9457 says it. Its type is {@code about:blank}: programs look at {@code code}.
 *
 * @param title the status in words
 * @param code a stable word in lower case, one of {@link ErrorCode}
 * @param detail for people
 * @param errors the mistakes of a document; null when there is no document
 * @param traceId under which the server's log knows the request
 */
record Problem(
        String title,
        int status,
        String code,
        String detail,
        @Nullable List<Violation> errors,
        String traceId) {
    static final String MEDIA_TYPE = "application/problem+json";

    static Problem of(ErrorCode code, String detail, List<Violation> violations, String traceId) {
        return new Problem(
                HttpStatus.forStatus(code.status()).getMessage(),
                code.status(),
                code.name().toLowerCase(Locale.ROOT),
                detail,
                violations.isEmpty() ? null : violations,
                traceId);
    }

    byte[] bytes() {
        try {
            return Json.STRICT.writeValueAsBytes(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A problem cannot be written", e);
        }
    }
}
