package dev.penstock.core.dispatch;

import dev.penstock.agent.protocol.JobReport;
import dev.penstock.agent.protocol.Protocol;
import dev.penstock.core.http.Access;
import dev.penstock.core.http.AgentWire;
import dev.penstock.core.http.Caller;
import dev.penstock.core.http.Resource;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** {@code /agent/v1/jobs/{id}/report}: what becomes of a job. */
final class ReportResource implements Resource {
    /** A report of many artifacts takes some hundred megabytes of memory while it is read: two at a time. */
    private static final int MAX_LARGE = 2;

    /** Most of them take a second; an agent that is sent away comes again. */
    private static final long LARGE_WAIT_SECONDS = 10;

    private final Reports reports;
    private final Semaphore large = new Semaphore(MAX_LARGE, true);

    ReportResource(Reports reports) {
        this.reports = reports;
    }

    @Override
    public void addTo(JavalinDefaultRoutingApi routes) {
        routes.post("/agent/v1/jobs/{id}/report", this::report, Access.AGENT);
    }

    private void report(Context ctx) {
        if (ctx.req().getContentLengthLong() <= Protocol.MAX_JSON_BYTES) {
            hear(ctx, Protocol.MAX_JSON_BYTES);
            return;
        }
        if (!acquired()) {
            ctx.header("Retry-After", "5");
            throw new PenstockException(
                    ErrorCode.TOO_MANY_REQUESTS, "Other reports of many artifacts are being read; try again");
        }
        try {
            hear(ctx, Protocol.MAX_REPORT_BYTES);
        } finally {
            large.release();
        }
    }

    private void hear(Context ctx, int maxBytes) {
        JobReport report = AgentWire.read(ctx, JobReport.class, maxBytes);
        switch (reports.hear(Caller.agent(ctx), AgentWire.job(ctx), report)) {
            case Reports.Outcome.Accepted(var reply) -> AgentWire.reply(ctx, reply);
            case Reports.Outcome.ConsoleIncomplete(var reply) -> {
                ctx.status(ErrorCode.CONSOLE_INCOMPLETE.status());
                AgentWire.reply(ctx, reply);
            }
        }
    }

    private boolean acquired() {
        try {
            return large.tryAcquire(LARGE_WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
