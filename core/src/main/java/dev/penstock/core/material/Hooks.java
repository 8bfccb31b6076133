package dev.penstock.core.material;

import dev.penstock.core.http.Page;
import dev.penstock.core.http.Paging;
import dev.penstock.core.material.HookStore.Hook;
import dev.penstock.core.platform.audit.AuditStore;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.ids.MaterialId;
import dev.penstock.core.platform.ids.Tokens;
import dev.penstock.core.platform.worker.Worker;
import dev.penstock.core.secret.SecretRef;
import dev.penstock.core.secret.SecretStore;
import dev.penstock.plugin.Secret;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Hosts that tell of pushes. What they send is proved with the hook's own secret before anything is read of it, and all
 * that it can do is to have materials looked at sooner; whether one was found is not told. Thread-safe.
 */
final class Hooks {
    /** Nobody has so many hosts; a list of this size is a mistake. */
    private static final int MAX_HOOKS = 1_000;

    private static final int MAX_DESCRIPTION_CHARS = 255;

    /** Hosts repeat a delivery within hours. */
    private static final Duration REMEMBERED = Duration.ofHours(24);

    private static final Duration PURGE = Duration.ofHours(1);

    /** In place of a secret where there is no hook, so that both take the same time. */
    private static final String NO_SECRET = Tokens.secret();

    private final Database database;
    private final SecretStore secrets;
    private final Materials materials;
    private final HookRate rate;

    Hooks(Database database, SecretStore secrets, Materials materials, InstantSource clock) {
        this.database = database;
        this.secrets = secrets;
        this.materials = materials;
        this.rate = new HookRate(clock);
    }

    /** A hook and its secret, which is not shown again. */
    record Made(Hook hook, String secret) {}

    Worker purge() {
        return new Worker(
                "hook-purge", PURGE, () -> database.inTransaction(tx -> HookStore.forgetDeliveries(tx, REMEMBERED)));
    }

    Page<Hook> page(Paging paging) {
        UUID after = paging.after(UUID::fromString);
        List<Hook> found = database.read(handle -> HookStore.page(handle, after, paging.limitAndOne()));
        return paging.page(found, hook -> hook.id().toString());
    }

    Made make(HookKind kind, String description, String by) {
        if (description.length() > MAX_DESCRIPTION_CHARS || description.indexOf('\0') >= 0) {
            throw new PenstockException(
                    ErrorCode.INVALID,
                    "\"description\" has more than " + MAX_DESCRIPTION_CHARS + " characters, or a NUL");
        }
        return database.inTransaction(tx -> {
            if (HookStore.count(tx) >= MAX_HOOKS) {
                throw new PenstockException(
                        ErrorCode.CONFLICT, "There are " + MAX_HOOKS + " hooks; delete some that are not used");
            }
            UUID id = Tokens.uuid();
            String secret = Tokens.secret();
            SecretRef ref = secrets.put(tx, HookStore.scope(id), secret);
            HookStore.insert(tx, id, kind, ref, description, by);
            AuditStore.record(tx, by, "hook.make", "hook/" + id, Map.of("host_kind", kind, "description", description));
            return new Made(HookStore.find(tx, id).orElseThrow(), secret);
        });
    }

    void delete(UUID id, String by) {
        database.useTransaction(tx -> {
            SecretRef secret = HookStore.delete(tx, id)
                    .orElseThrow(() -> new PenstockException(ErrorCode.NOT_FOUND, "There is no hook \"" + id + "\""));
            secrets.forget(tx, secret, HookStore.scope(id));
            AuditStore.record(tx, by, "hook.delete", "hook/" + id, Map.of());
        });
        rate.forget(id);
    }

    /**
     * Takes a delivery. One that came before does nothing again.
     *
     * @param header gives a header's value, or null
     * @throws PenstockException UNAUTHENTICATED when there is no such hook or the proof does not hold, which leaves
     *     nothing behind; TOO_MANY_REQUESTS; BAD_REQUEST when the body is not what the host sends
     */
    void receive(Optional<UUID> id, Function<String, @Nullable String> header, byte[] body) {
        Optional<Hook> found = id.flatMap(known -> database.read(handle -> HookStore.find(handle, known)));
        HookKind kind = found.map(Hook::kind).orElse(HookKind.GITHUB);
        String secret = found.map(this::secret).orElse(NO_SECRET);
        boolean proved = kind.isProved(secret, header, body);
        if (found.isEmpty() || !proved) {
            throw new PenstockException(
                    ErrorCode.UNAUTHENTICATED,
                    "There is no such hook, or the request is not signed with its secret; see the hook's recipe");
        }
        UUID hook = found.get().id();
        if (!rate.admits(hook)) {
            throw new PenstockException(
                    ErrorCode.TOO_MANY_REQUESTS, "This hook sends too much; one delivery in a second is enough");
        }
        Optional<Push> push = Push.read(kind, header.apply(Push.eventHeader(kind)), header.apply("Content-Type"), body);
        take(hook, kind.delivery(header, body), push);
    }

    private void take(UUID hook, String delivery, Optional<Push> push) {
        database.useTransaction(tx -> {
            if (!HookStore.isNew(tx, hook, delivery)) {
                return;
            }
            HookStore.used(tx, hook);
            List<MaterialId> concerned =
                    push.map(known -> HookStore.materials(tx, known)).orElse(List.of());
            if (!concerned.isEmpty()) {
                materials.ask(tx, concerned, "hook " + hook);
            }
        });
    }

    private String secret(Hook hook) {
        return database
                .read(handle -> secrets.reveal(handle, Set.of(hook.secret()), HookStore.scope(hook.id())))
                .values()
                .stream()
                .map(Secret::reveal)
                .findFirst()
                .orElseThrow();
    }
}
