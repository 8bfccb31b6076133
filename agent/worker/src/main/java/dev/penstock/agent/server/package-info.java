/**
 * The way to the server: connections, who this agent is, its token, and the requests of the protocol.
 *
 * <p>{@link dev.penstock.agent.server.JobServer} is what the rest of the agent sees.
 */
@NullMarked
package dev.penstock.agent.server;

import org.jspecify.annotations.NullMarked;
