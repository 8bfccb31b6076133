/**
 * What server and agent say to each other: JSON records over HTTP under {@code /agent/v1}. No logic.
 *
 * <p>Rules: fields are only added, never renamed or removed; each side ignores fields that it does not know; the server
 * accepts agents of the previous minor version. The golden files in {@code src/test/resources} hold this.
 *
 * <table>
 * <caption>The routes</caption>
 * <tr><td>POST /registrations</td><td>{@link RegistrationRequest} to {@link RegistrationReply}; no token</td></tr>
 * <tr><td>POST /token</td><td>{@link TokenRequest} to {@link TokenReply}; no token</td></tr>
 * <tr><td>POST /poll</td><td>{@link PollRequest} to {@link PollReply}; waits until there is something to do</td></tr>
 * <tr><td>POST /jobs/{id}/report</td><td>{@link JobReport} to {@link ReportReply}</td></tr>
 * <tr><td>PUT /jobs/{id}/console?attempt=A&amp;offset=N</td><td>bytes to {@link ConsoleReply}</td></tr>
 * <tr><td>GET /jobs/{id}/fetch?attempt=A&amp;...</td><td>to {@link FetchReply}; the query is a {@link FetchRequest}</td></tr>
 * <tr><td>PUT /jobs/{id}/blobs/{sha256}?attempt=A</td><td>bytes; 201 stored, 200 was there</td></tr>
 * <tr><td>GET /jobs/{id}/blobs/{sha256}?attempt=A</td><td>bytes</td></tr>
 * <tr><td>GET /plugins/{sha256}</td><td>the jar</td></tr>
 * </table>
 */
@NullMarked
package dev.penstock.agent.protocol;

import org.jspecify.annotations.NullMarked;
