package dev.penstock.agent.protocol;

/**
 * @param accessToken a JWT to send as {@code Authorization: Bearer}
 * @param expiresInSeconds ask for the next one after two thirds of this time
 */
public record TokenReply(String accessToken, int expiresInSeconds) {}
