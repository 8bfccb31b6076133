package dev.penstock.core.http;

import dev.penstock.core.http.Contract.Operation;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import io.javalin.http.Context;
import io.javalin.router.Endpoint;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * Refuses what the contract does not know: parameters of the query, which would silently do nothing, and bodies of other
 * media types. The agents' protocol is not part of it: there each side passes over what it does not know.
 */
final class ContractCheck {
    private final Supplier<Contract> contract;

    /** @param contract reads it when it is asked for the first time, so nobody is asked who has nothing to check */
    ContractCheck(Supplier<Contract> contract) {
        this.contract = contract;
    }

    void check(Context ctx) {
        Endpoint endpoint = ctx.endpoints().matchedHttpEndpoint();
        boolean plain = ctx.queryString() == null && ctx.contentType() == null;
        if (plain || endpoint == null || endpoint.path.startsWith("/agent/")) {
            return;
        }
        Optional<Operation> found = contract.get()
                .operation(
                        endpoint.method.name(), endpoint.path.replace('<', '{').replace('>', '}'));
        if (found.isPresent()) {
            checkQuery(found.get(), ctx);
            checkBody(found.get(), ctx);
        }
    }

    private static void checkQuery(Operation operation, Context ctx) {
        if (ctx.queryString() == null) {
            return;
        }
        ctx.queryParamMap().forEach((name, values) -> {
            if (!operation.query().contains(name)) {
                throw new PenstockException(
                        ErrorCode.UNKNOWN_PARAMETER,
                        "There is no parameter \"" + name + "\" here; "
                                + (operation.query().isEmpty()
                                        ? "there are none"
                                        : "there are " + String.join(", ", new TreeSet<>(operation.query()))));
            }
        });
    }

    private static void checkBody(Operation operation, Context ctx) {
        String given = ctx.contentType();
        if (given == null || operation.bodies().isEmpty() || ctx.req().getContentLengthLong() == 0) {
            return;
        }
        if (!isOneOf(given, operation.bodies())) {
            throw new PenstockException(
                    ErrorCode.UNSUPPORTED_MEDIA_TYPE,
                    "\"Content-Type\" is \"" + given + "\"; this takes "
                            + String.join(" or ", new TreeSet<>(operation.bodies())));
        }
    }

    private static boolean isOneOf(String given, Set<String> known) {
        String type = given.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        return known.contains(type) || known.contains("*/*");
    }
}
