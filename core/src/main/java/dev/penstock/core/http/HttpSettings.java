package dev.penstock.core.http;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Where the server listens.
 *
 * @param host a loopback address
 * @param port 0 for any free one
 * @param site how people and agents reach it; null: by loopback names only
 * @param limits of each caller
 */
public record HttpSettings(String host, int port, @Nullable URI site, RequestLimits limits) {}
