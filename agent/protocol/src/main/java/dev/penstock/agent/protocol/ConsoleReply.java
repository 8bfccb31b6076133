package dev.penstock.agent.protocol;

/**
 * The answer to a console chunk: 200 when its bytes are stored (now or before), 409 with the same body when the chunk
 * begins beyond the end, and the agent goes on from {@code length}.
 *
 * @param length the bytes that the server has
 * @param truncated the limit is reached: further bytes are accepted and not kept
 */
public record ConsoleReply(long length, boolean truncated) {}
