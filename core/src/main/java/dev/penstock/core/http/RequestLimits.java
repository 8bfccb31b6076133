package dev.penstock.core.http;

/**
 * How much one caller may ask for (C-22). Zero is any number.
 *
 * @param perSecond requests of one address, on average; it may have saved twice as many
 * @param atOnce requests of one address under way, open streams among them
 * @param agentPerSecond requests of one agent; its polls and reports have as many again, for themselves
 */
public record RequestLimits(int perSecond, int atOnce, int agentPerSecond) {}
