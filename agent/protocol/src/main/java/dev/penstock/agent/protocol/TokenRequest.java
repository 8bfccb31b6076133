package dev.penstock.agent.protocol;

/**
 * Asks for an access token.
 *
 * @param assertion as in {@link RegistrationRequest}; its {@code jti} is accepted once
 */
public record TokenRequest(int protocolVersion, String assertion) {}
