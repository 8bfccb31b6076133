package dev.penstock.core.http;

import dev.penstock.core.http.IdempotencyStore.Known;
import dev.penstock.core.http.IdempotencyStore.RequestKey;
import dev.penstock.core.http.IdempotencyStore.Stored;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.worker.Worker;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import io.javalin.router.Endpoint;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BinaryOperator;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes it safe to send a POST again: with an {@code Idempotency-Key} the second one gets the answer of the first. What the
 * request does and its answer are one transaction, which all of the resource's own join: whenever a server is killed, a
 * request was done and its answer is known, or it was not done and can be repeated at once. That is for operations whose
 * contract names the header; they touch the database only, and roll nothing back by themselves. Thread-safe.
 */
public final class Idempotency {
    private static final Logger log = LoggerFactory.getLogger(Idempotency.class);

    static final String HEADER = "Idempotency-Key";
    private static final String ATTRIBUTE = "penstock.idempotency";
    private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]{1,255}");

    /** What an answer is made of besides its body. */
    private static final List<String> HEADERS = List.of("Content-Type", "Location", "ETag");

    /** Whoever has not repeated a request by then does not know its key any more. */
    private static final Duration KEPT = Duration.ofHours(24);

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

    /** A request with a key, as long as its answer is not kept. */
    private record Request(RequestKey key, String hash) {}

    /** The handler of a resource, which is not asked when its answer is known. */
    Handler around(Endpoint endpoint, Supplier<Contract> contract) {
        if (!endpoint.method.equals(HandlerType.POST)) {
            return endpoint.handler;
        }
        return ctx -> {
            if (ctx.header(HEADER) == null || !isRepeatable(endpoint, contract.get())) {
                endpoint.handler.handle(ctx);
            } else {
                handle(ctx, endpoint.handler);
            }
        };
    }

    private static boolean isRepeatable(Endpoint endpoint, Contract contract) {
        return endpoint.path.startsWith("/api/")
                && contract.operation(endpoint.method.name(), HttpServer.template(endpoint))
                        .map(Contract.Operation::repeatable)
                        .orElse(true);
    }

    private void handle(Context ctx, Handler resource) throws Exception {
        String text = Objects.requireNonNull(ctx.header(HEADER));
        if (!KEY.matcher(text).matches()) {
            throw new PenstockException(
                    ErrorCode.BAD_REQUEST, "\"" + HEADER + "\" takes 1 to 255 visible ASCII characters");
        }
        var request = new Request(new RequestKey(Caller.of(ctx).name(), text), hash(ctx));
        try {
            database.useTransaction(tx -> handle(tx, ctx, request, resource));
        } catch (Thrown e) {
            throw e.cause;
        }
    }

    private void handle(Handle tx, Context ctx, Request request, Handler resource) {
        if (!IdempotencyStore.take(tx, request.key())) {
            ctx.header("Retry-After", "1");
            throw new PenstockException(
                    ErrorCode.CONFLICT, "The request with this \"" + HEADER + "\" is still under way; ask again");
        }
        Optional<Known> known = IdempotencyStore.find(tx, request.key());
        if (known.isPresent()) {
            repeat(ctx, request, known.get());
            return;
        }
        ctx.attribute(ATTRIBUTE, request);
        try {
            resource.handle(ctx);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new Thrown(e);
        }
        if (ctx.result() != null && isKept(ctx)) {
            IdempotencyStore.keep(tx, request.key(), answered(ctx, request));
            ctx.attribute(ATTRIBUTE, null);
        }
    }

    private void repeat(Context ctx, Request request, Known known) {
        if (!known.request().equals(request.hash())) {
            throw new PenstockException(
                    ErrorCode.INVALID, "\"" + HEADER + "\" was used for another request; take a new one");
        }
        Stored answer = known.answer();
        ctx.status(answer.status())
                .result(open.apply(place(request.key()), answer.body()))
                .header("Idempotent-Replayed", "true");
        answer.headers().forEach(ctx::header);
    }

    /** After the resource: keeps a refusal, after which nothing was done, and an answer that came later. */
    void after(Context ctx) {
        Request request = ctx.attribute(ATTRIBUTE);
        if (request == null || !isKept(ctx)) {
            return;
        }
        try {
            Known answered = answered(ctx, request);
            database.useTransaction(tx -> IdempotencyStore.keep(tx, request.key(), answered));
        } catch (RuntimeException e) {
            // Who repeats the request is refused again.
            RequestIds.logged(TraceId.of(ctx), _ -> log.atWarn().setCause(e).log("An answer could not be kept"));
        }
    }

    /** After a failure of ours the request may be tried again. */
    private static boolean isKept(Context ctx) {
        return ctx.statusCode() < 500 && ctx.statusCode() != ErrorCode.TOO_MANY_REQUESTS.status();
    }

    private Known answered(Context ctx, Request request) {
        String body = ctx.result();
        Map<String, String> headers = new LinkedHashMap<>();
        for (String name : HEADERS) {
            String value = ctx.res().getHeader(name);
            if (value != null) {
                headers.put(name, value);
            }
        }
        return new Known(
                request.hash(),
                new Stored(ctx.statusCode(), headers, seal.apply(place(request.key()), body == null ? "" : body)));
    }

    /** Carries what a resource threw out of the transaction. */
    private static final class Thrown extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final Exception cause;

        private Thrown(Exception cause) {
            super(cause);
            this.cause = cause;
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
