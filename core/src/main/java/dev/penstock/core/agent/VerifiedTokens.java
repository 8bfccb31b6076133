package dev.penstock.core.agent;

import dev.penstock.core.platform.ids.AgentId;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/** Tokens whose signature was checked, by the SHA-256 of the whole token. Thread-safe: every access under one lock. */
final class VerifiedTokens {
    /** Two live tokens for each of 5000 agents. */
    private static final int MAX_TOKENS = 10_000;

    private final ReentrantLock lock = new ReentrantLock();
    private final LinkedHashMap<String, Checked> byHash = new LinkedHashMap<>();

    record Checked(AgentId agent, int generation, Instant issuedAt, Instant expiresAt) {}

    Optional<Checked> get(String token, Instant now) {
        String hash = AutoRegisterKeys.hash(token);
        lock.lock();
        try {
            Checked checked = byHash.get(hash);
            if (checked != null && !now.isBefore(checked.expiresAt())) {
                byHash.remove(hash);
                return Optional.empty();
            }
            return Optional.ofNullable(checked);
        } finally {
            lock.unlock();
        }
    }

    /** Remembers the token; the oldest goes when there are too many. */
    Checked put(String token, Checked checked) {
        String hash = AutoRegisterKeys.hash(token);
        lock.lock();
        try {
            byHash.put(hash, checked);
            if (byHash.size() > MAX_TOKENS) {
                Map.Entry<String, Checked> oldest = byHash.firstEntry();
                byHash.remove(oldest.getKey());
            }
            return checked;
        } finally {
            lock.unlock();
        }
    }
}
