package dev.penstock.agent.server;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.penstock.agent.protocol.ConsoleReply;
import dev.penstock.agent.protocol.FetchReply;
import dev.penstock.agent.protocol.JobAssignment;
import dev.penstock.agent.protocol.JobReport;
import dev.penstock.agent.protocol.PollReply;
import dev.penstock.agent.protocol.PollRequest;
import dev.penstock.agent.protocol.PollRequest.HeldJob;
import dev.penstock.agent.protocol.Protocol;
import dev.penstock.agent.protocol.RegistrationReply;
import dev.penstock.agent.protocol.RegistrationRequest;
import dev.penstock.agent.protocol.ReportReply;
import dev.penstock.agent.protocol.TokenReply;
import dev.penstock.agent.protocol.TokenRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * A server of the protocol with everything in memory and on one port for all of its lives: it checks proofs and tokens as
 * the real one does, answers polls late, keeps consoles by offset, and fails when it is told to. Thread-safe by its
 * monitor.
 */
public final class ScriptedServer implements AutoCloseable {
    static final JsonMapper JSON = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private final int port;
    private final @Nullable SSLContext certificate;
    private @Nullable HttpServer http;
    private int lives;
    private final Map<String, Integer> faults = new HashMap<>();
    private final Set<String> tokens = new HashSet<>();
    private final Set<String> proofs = new HashSet<>();
    private final List<JobAssignment> waiting = new ArrayList<>();
    private final Set<HeldJob> cancelled = new HashSet<>();
    private final Set<HeldJob> superseded = ConcurrentHashMap.newKeySet();
    private final Map<HeldJob, ByteArrayOutputStream> consoles = new ConcurrentHashMap<>();
    private @Nullable JobAssignment late;
    private boolean lateToTheLast;
    private RegistrationReply.State state = RegistrationReply.State.ENABLED;

    public final List<RegistrationRequest> registrations = new CopyOnWriteArrayList<>();
    public final List<PollRequest> polls = new CopyOnWriteArrayList<>();
    public final List<Heard> reports = new CopyOnWriteArrayList<>();
    public final Map<String, byte[]> blobs = new ConcurrentHashMap<>();
    public final List<String> requests = new CopyOnWriteArrayList<>();
    private volatile String keyOfAgent = "";
    private volatile FetchReply fetchReply = new FetchReply("", List.of());

    /** A report that was accepted. */
    public record Heard(long job, JobReport report) {}

    public ScriptedServer() throws IOException {
        this(null);
    }

    /** @param certificate what it presents; null for plain HTTP */
    public ScriptedServer(@Nullable SSLContext certificate) throws IOException {
        this.certificate = certificate;
        HttpServer first = create(0);
        port = first.getAddress().getPort();
        serve(first);
    }

    public String url() {
        return (certificate == null ? "http" : "https") + "://127.0.0.1:" + port;
    }

    private HttpServer create(int atPort) throws IOException {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), atPort);
        if (certificate == null) {
            return HttpServer.create(address, 50);
        }
        HttpsServer secured = HttpsServer.create(address, 50);
        secured.setHttpsConfigurator(new HttpsConfigurator(certificate));
        return secured;
    }

    /** Comes back after {@link #stop}. */
    public synchronized void start() throws IOException {
        serve(create(port));
    }

    private synchronized void serve(HttpServer server) {
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::answer);
        server.start();
        http = server;
        lives++;
    }

    /** Goes away at once, with every connection. */
    public synchronized void stop() {
        if (http != null) {
            http.stop(0);
            http = null;
        }
        notifyAll();
    }

    /** Where a registration leads from now on. */
    public synchronized void registerAs(RegistrationReply.State state) {
        this.state = state;
    }

    /** No token holds any more. */
    public synchronized void forgetTokens() {
        tokens.clear();
    }

    public synchronized void give(JobAssignment job) {
        waiting.add(job);
        notifyAll();
    }

    public synchronized void cancel(JobAssignment job) {
        cancelled.add(of(job));
        notifyAll();
    }

    /** The attempt is another agent's from now on. */
    public synchronized void supersede(JobAssignment job) {
        superseded.add(of(job));
        notifyAll();
    }

    /** Answers the next requests whose path ends so with that status; 0 closes the connection after the work was done. */
    public synchronized void fail(String pathEnd, int status, int times) {
        for (int i = 0; i < times; i++) {
            faults.merge(pathEnd + " " + status, 1, Integer::sum);
        }
    }

    public void fetchReply(FetchReply reply) {
        fetchReply = reply;
    }

    public String console(JobAssignment job) {
        synchronized (this) {
            return console(of(job)).toString(StandardCharsets.UTF_8);
        }
    }

    /** Loses the end of a console, as a server does that loses power. */
    public synchronized void cutConsole(JobAssignment job, int length) {
        byte[] all = console(of(job)).toByteArray();
        var cut = new ByteArrayOutputStream();
        cut.write(all, 0, length);
        consoles.put(of(job), cut);
    }

    public JobReport.@Nullable End end(JobAssignment job) {
        return reports.stream()
                .filter(heard -> heard.job() == job.jobId() && heard.report().end() != null)
                .map(heard -> heard.report().end())
                .findFirst()
                .orElse(null);
    }

    public void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("Waited for nothing until " + what + "; requests: " + requests);
            }
            Thread.onSpinWait();
        }
    }

    private static HeldJob of(JobAssignment job) {
        return new HeldJob(job.jobId(), job.attempt());
    }

    private ByteArrayOutputStream console(HeldJob job) {
        return consoles.computeIfAbsent(job, _ -> new ByteArrayOutputStream());
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
        byte[] body = exchange.getRequestBody().readAllBytes();
        int fault = takeFault(path);
        if (fault > 0) {
            send(exchange, fault, problem(fault == 409 ? "superseded" : "internal", "as the test wants it"));
            return;
        }
        Object reply;
        try {
            reply = reply(exchange, path, body);
        } catch (Refusal e) {
            send(exchange, e.status, e.body);
            return;
        } catch (Exception e) {
            send(exchange, 500, problem("internal", e.toString()));
            return;
        }
        if (fault == 0) {
            exchange.close();
        } else {
            send(exchange, 200, reply instanceof byte[] bytes ? bytes : JSON.writeValueAsBytes(reply));
        }
    }

    private static final class Refusal extends Exception {
        private static final long serialVersionUID = 1L;
        private final int status;
        private final byte[] body;

        Refusal(int status, byte[] body) {
            this.status = status;
            this.body = body;
        }
    }

    private synchronized int takeFault(String path) {
        for (Map.Entry<String, Integer> fault : faults.entrySet()) {
            String[] parts = fault.getKey().split(" ", 2);
            if (path.endsWith(parts[0]) && fault.getValue() > 0) {
                fault.setValue(fault.getValue() - 1);
                return Integer.parseInt(parts[1]);
            }
        }
        return -1;
    }

    private Object reply(HttpExchange exchange, String path, byte[] body) throws Exception {
        if (path.equals("/agent/v1/registrations")) {
            return register(JSON.readValue(body, RegistrationRequest.class));
        }
        if (path.equals("/agent/v1/token")) {
            return token(JSON.readValue(body, TokenRequest.class));
        }
        String bearer = exchange.getRequestHeaders().getFirst("Authorization");
        synchronized (this) {
            if (bearer == null || !tokens.contains(bearer.replace("Bearer ", ""))) {
                throw new Refusal(401, problem("unauthenticated", "The token is not good"));
            }
        }
        if (path.equals("/agent/v1/poll")) {
            return poll(JSON.readValue(body, PollRequest.class));
        }
        String[] parts = path.split("/", -1);
        long job = Long.parseLong(parts[4]);
        return switch (parts[5]) {
            case "report" -> report(job, JSON.readValue(body, JobReport.class));
            case "console" -> console(requireHeld(job, exchange), Long.parseLong(query(exchange, "offset")), body);
            case "blobs" -> blob(exchange, parts[6], body, requireHeld(job, exchange));
            case "fetch" -> fetch(requireHeld(job, exchange));
            default -> throw new Refusal(404, problem("not_found", path));
        };
    }

    private Object fetch(HeldJob job) {
        return job.jobId() > 0 ? fetchReply : "";
    }

    private synchronized RegistrationReply register(RegistrationRequest request) throws Exception {
        String fingerprint = proven(request.assertion());
        registrations.add(request);
        keyOfAgent = fingerprint;
        return new RegistrationReply(state, 1, fingerprint);
    }

    private synchronized TokenReply token(TokenRequest request) throws Exception {
        String fingerprint = proven(request.assertion());
        if (state == RegistrationReply.State.PENDING || !fingerprint.equals(keyOfAgent)) {
            throw new Refusal(403, problem("forbidden", "The agent is not enabled with this key: register it first"));
        }
        String token = UUID.randomUUID().toString();
        tokens.add(token);
        return new TokenReply(token, 900);
    }

    /** Checks the proof as the server does, with the library that the server has; the key's fingerprint. */
    private String proven(String assertion) throws Exception {
        SignedJWT jwt = SignedJWT.parse(assertion);
        ECKey key = (ECKey) jwt.getHeader().getJWK();
        Duration life = Duration.between(
                jwt.getJWTClaimsSet().getIssueTime().toInstant(),
                jwt.getJWTClaimsSet().getExpirationTime().toInstant());
        boolean good = jwt.verify(new ECDSAVerifier(key))
                && jwt.getHeader().getIncludedParams().equals(Set.of("alg", "typ", "jwk"))
                && Protocol.ASSERTION_TYPE.equals(jwt.getHeader().getType().getType())
                && List.of(Protocol.ASSERTION_AUDIENCE)
                        .equals(jwt.getJWTClaimsSet().getAudience())
                && life.toSeconds() <= 60
                && proofs.add(jwt.getJWTClaimsSet().getJWTID());
        if (!good) {
            throw new Refusal(401, problem("unauthenticated", "The agent's assertion is refused"));
        }
        return "SHA256:" + key.computeThumbprint();
    }

    /**
     * Gives a job in the moment in which an idle agent leaves: in the answer to the poll that waited, or to the one that
     * takes its place.
     */
    public synchronized void giveWhenItLeaves(JobAssignment job, boolean toTheLast) {
        late = job;
        lateToTheLast = toTheLast;
    }

    private @Nullable JobAssignment takeLate() {
        JobAssignment taken = late;
        late = null;
        return taken;
    }

    /** A newer poll takes the place of an older one. */
    private synchronized PollReply poll(PollRequest request) throws InterruptedException {
        polls.add(request);
        int mine = polls.size();
        notifyAll();
        if (request.waitSeconds() == 0 && lateToTheLast) {
            return new PollReply(takeLate(), List.of(), List.of());
        }
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(Math.min(request.waitSeconds(), 10));
        int asked = lives;
        while (http != null && lives == asked && mine == polls.size()) {
            List<HeldJob> cancel =
                    request.held().stream().filter(cancelled::contains).toList();
            List<HeldJob> drop =
                    request.held().stream().filter(superseded::contains).toList();
            if (request.idle() && !waiting.isEmpty()) {
                return new PollReply(waiting.removeFirst(), cancel, drop);
            }
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (!cancel.isEmpty() || !drop.isEmpty() || left <= 0) {
                return new PollReply(null, cancel, drop);
            }
            wait(left);
        }
        return new PollReply(request.idle() && !lateToTheLast ? takeLate() : null, List.of(), List.of());
    }

    private synchronized ReportReply report(long job, JobReport report) throws Exception {
        var attempt = requireHeld(new HeldJob(job, report.attempt()));
        if (report.console() != null) {
            append(attempt, report.console().offset(), report.console().bytes());
        }
        long length = console(attempt).size();
        var reply = new ReportReply(cancelled.contains(attempt), length);
        if (report.end() != null && report.end().consoleLength() != length) {
            throw new Refusal(412, JSON.writeValueAsBytes(reply));
        }
        reports.add(new Heard(job, report));
        return reply;
    }

    private synchronized ConsoleReply console(HeldJob job, long offset, byte[] bytes) throws Exception {
        var reply = new ConsoleReply(append(job, offset, bytes), false);
        if (offset > reply.length()) {
            throw new Refusal(409, JSON.writeValueAsBytes(reply));
        }
        return reply;
    }

    private long append(HeldJob job, long offset, byte[] bytes) {
        ByteArrayOutputStream console = console(job);
        if (offset <= console.size()) {
            int known = (int) Math.min(bytes.length, console.size() - offset);
            console.write(bytes, known, bytes.length - known);
        }
        return console.size();
    }

    private byte[] blob(HttpExchange exchange, String sha256, byte[] body, HeldJob job) throws Refusal {
        if (exchange.getRequestMethod().equals("PUT")) {
            blobs.put(sha256, body);
            return new byte[0];
        }
        byte[] blob = blobs.get(sha256);
        if (blob == null) {
            throw new Refusal(404, problem("not_found", "Job " + job.jobId() + " has no such blob"));
        }
        return blob;
    }

    private HeldJob requireHeld(long job, HttpExchange exchange) throws Refusal {
        return requireHeld(new HeldJob(job, Integer.parseInt(query(exchange, "attempt"))));
    }

    private HeldJob requireHeld(HeldJob job) throws Refusal {
        if (superseded.contains(job)) {
            throw new Refusal(409, problem("superseded", "The attempt is no longer held by this agent"));
        }
        return job;
    }

    private static String query(HttpExchange exchange, String name) {
        for (String pair : exchange.getRequestURI().getQuery().split("&", -1)) {
            if (pair.startsWith(name + "=")) {
                return pair.substring(name.length() + 1);
            }
        }
        return "";
    }

    private static byte[] problem(String code, String detail) {
        return ("{\"code\":\"" + code + "\",\"detail\":\"" + detail + "\"}").getBytes(StandardCharsets.UTF_8);
    }

    private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Override
    public void close() {
        stop();
    }
}
