package dev.penstock.core.http;

import dev.penstock.core.http.IdempotencyStore.Known;
import dev.penstock.core.http.IdempotencyStore.RequestKey;
import dev.penstock.core.http.IdempotencyStore.Stored;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.worker.Worker;
import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BinaryOperator;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes it safe to send a POST again: with an {@code Idempotency-Key} the second one gets the answer of the first.
 * Thread-safe.
 */
public final class Idempotency {
    private static final Logger log = LoggerFactory.getLogger(Idempotency.class);

    private static final String HEADER = "Idempotency-Key";
    private static final String ATTRIBUTE = "penstock.idempotency";
    private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]{1,255}");

    /** What an answer is made of besides its body. */
    private static final List<String> HEADERS = List.of("Content-Type", "Location", "ETag");

    /** Whoever has not repeated a request by then does not know its key any more. */
    private static final Duration KEPT = Duration.ofHours(24);

    /** No request to which a key can be given takes so long: a statement is ended after 60 s. */
    private static final Duration ABANDONED = Duration.ofMinutes(3);

    private static final Duration PURGE = Duration.ofHours(1);

    private final Database database;
    private final BinaryOperator<String> seal;
    private final BinaryOperator<String> open;

    /**
     * @param seal encrypts a text for a place: an answer may show a secret, which is stored nowhere else in clear
     * @param open decrypts what {@code seal} made for the same place
     */
    public Idempotency(Database database, BinaryOperator<String> seal, BinaryOperator<String> open) {
        this.database = database;
        this.seal = seal;
        this.open = open;
    }

    /** Forgets keys that are a day old. */
    public Worker purge() {
        return new Worker(
                "idempotency-purge", PURGE, () -> database.inTransaction(tx -> IdempotencyStore.removeOld(tx, KEPT)));
    }

    /** Before the resource: takes the key, or answers in its place. */
    void before(Context ctx) {
        String text = ctx.header(HEADER);
        if (text == null || !ctx.req().getMethod().equals("POST") || !ctx.path().startsWith("/api/")) {
            return;
        }
        if (!KEY.matcher(text).matches()) {
            throw new PenstockException(
                    ErrorCode.BAD_REQUEST, "\"" + HEADER + "\" takes 1 to 255 visible ASCII characters");
        }
        var key = new RequestKey(Caller.of(ctx).name(), text);
        String request = hash(ctx);
        if (database.inTransaction(tx -> IdempotencyStore.begin(tx, key, request, ABANDONED))) {
            ctx.attribute(ATTRIBUTE, key);
            return;
        }
        Optional<Known> known = database.read(handle -> IdempotencyStore.find(handle, key));
        if (known.isPresent() && !known.get().request().equals(request)) {
            throw new PenstockException(
                    ErrorCode.INVALID, "\"" + HEADER + "\" was used for another request; take a new one");
        }
        Stored answer = known.map(Known::answer).orElse(null);
        if (answer == null) {
            ctx.header("Retry-After", "1");
            throw new PenstockException(
                    ErrorCode.CONFLICT, "The request with this \"" + HEADER + "\" is still under way; ask again");
        }
        ctx.status(answer.status())
                .result(open.apply(place(key), answer.body()))
                .header("Idempotent-Replayed", "true");
        answer.headers().forEach(ctx::header);
        ctx.skipRemainingHandlers();
    }

    /** After the resource: keeps the answer; after a failure of ours the request may be tried again. */
    void after(Context ctx) {
        RequestKey key = ctx.attribute(ATTRIBUTE);
        if (key == null) {
            return;
        }
        try {
            if (ctx.statusCode() >= 500 || ctx.statusCode() == ErrorCode.TOO_MANY_REQUESTS.status()) {
                database.useTransaction(tx -> IdempotencyStore.forget(tx, key));
                return;
            }
            String body = ctx.result();
            Map<String, String> headers = new LinkedHashMap<>();
            for (String name : HEADERS) {
                String value = ctx.res().getHeader(name);
                if (value != null) {
                    headers.put(name, value);
                }
            }
            var answer = new Stored(ctx.statusCode(), headers, seal.apply(place(key), body == null ? "" : body));
            database.useTransaction(tx -> IdempotencyStore.end(tx, key, answer));
        } catch (RuntimeException e) {
            // The request was done; who repeats it is told that it is under way, and later does it again.
            RequestIds.logged(TraceId.of(ctx), _ -> log.atWarn().setCause(e).log("An answer could not be kept"));
        }
    }

    private static String place(RequestKey key) {
        return "idempotency/" + key.principal() + "/" + key.key();
    }

    private static String hash(Context ctx) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            String query = ctx.queryString();
            String line = ctx.req().getMethod() + " " + ctx.path() + "?" + (query == null ? "" : query) + "\n";
            digest.update(line.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest.digest(ctx.bodyAsBytes()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }
}
