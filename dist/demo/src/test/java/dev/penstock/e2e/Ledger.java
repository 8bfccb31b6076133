package dev.penstock.e2e;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** What was asked of the server, and what it said of it: for each kind of act on each object, how often it was done. */
final class Ledger {
    private final Map<Kind, Count> counts = new LinkedHashMap<>();

    /** @param object how the name of what was acted on begins, as the audit trail has it */
    record Kind(String action, String object) {}

    /**
     * @param done were answered with success
     * @param unsure were not answered, and may have been done
     */
    record Count(int done, int unsure) {}

    /** Something that is asked of the server. */
    @FunctionalInterface
    interface Request {
        Object send() throws IOException, InterruptedException;
    }

    /** Sends a request for something that is in the audit trail once it is done; whether it was answered with success. */
    boolean attempt(String action, String object, Request request) throws InterruptedException {
        try {
            request.send();
            done(action, object);
            return true;
        } catch (IOException e) {
            boolean refused = String.valueOf(e.getMessage()).contains(" answered 4");
            add(new Kind(action, object), 0, refused ? 0 : 1);
            return false;
        }
    }

    void done(String action, String object) {
        add(new Kind(action, object), 1, 0);
    }

    private void add(Kind kind, int done, int unsure) {
        counts.merge(kind, new Count(done, unsure), (a, b) -> new Count(a.done() + b.done(), a.unsure() + b.unsure()));
    }

    Map<Kind, Count> counts() {
        return Map.copyOf(counts);
    }

    /** Begins anew. */
    void clear() {
        counts.clear();
    }
}
