package dev.penstock.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The rows of a run: a table for people, lines of JSON for programs. */
final class Report {
    private final List<Row> rows = new ArrayList<>();
    private final PrintStream out;

    Report(PrintStream out) {
        this.out = out;
    }

    /** A row whose factor (figure by limit, the larger the worse) has to be at most {@code atMost}. */
    void ratio(String id, String metric, double figure, double limit, String unit, double atMost) {
        double factor = figure / limit;
        add(new Row(
                id,
                metric,
                text(figure, unit),
                text(limit, unit),
                factor,
                "<= " + number(atMost) + " x limit",
                factor <= atMost));
    }

    /** As {@link #ratio}, for figures that are the better the larger: at least {@code atLeast} of the limit. */
    void share(String id, String metric, double figure, double limit, String unit, double atLeast) {
        double factor = figure / limit;
        add(new Row(
                id,
                metric,
                text(figure, unit),
                text(limit, unit),
                factor,
                ">= " + number(atLeast) + " x limit",
                factor >= atLeast));
    }

    /** A row with a goal in its own unit. */
    void atMost(String id, String metric, double figure, String unit, double goal) {
        add(new Row(id, metric, text(figure, unit), null, null, "<= " + text(goal, unit), figure <= goal));
    }

    void atLeast(String id, String metric, double figure, String unit, double goal) {
        add(new Row(id, metric, text(figure, unit), null, null, ">= " + text(goal, unit), figure >= goal));
    }

    /** A row without a goal: what the machine allows at this moment. */
    void fact(String id, String metric, double figure, String unit) {
        add(new Row(id, metric, text(figure, unit), null, null, "", true));
    }

    /** A row that could not be measured, with the reason: it counts as missed. */
    void failed(String id, String metric, String reason) {
        add(new Row(id, metric, "not measured: " + reason, null, null, "", false));
    }

    private void add(Row row) {
        rows.add(row);
        out.printf(
                Locale.ROOT,
                "  %-5s %-58s %14s  %s%n",
                row.id(),
                row.metric(),
                row.figure(),
                row.reached() ? "reached" : "MISSED");
    }

    /** Prints the table in Markdown. */
    void print() {
        out.println("| # | metric | figure | limit in this run | factor | goal | reached |");
        out.println("|---|---|---|---|---|---|---|");
        for (Row row : rows) {
            Double factor = row.factor();
            out.printf(
                    Locale.ROOT,
                    "| %s | %s | %s | %s | %s | %s | %s |%n",
                    row.id(),
                    row.metric(),
                    row.figure(),
                    row.limit() == null ? "" : row.limit(),
                    factor == null ? "" : number(factor),
                    row.goal(),
                    row.reached() ? "yes" : "**no**");
        }
    }

    /** Writes one line of JSON for each row, in place of what an earlier run has left. */
    void write(Path file, Instant at) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        try (var lines = Files.newBufferedWriter(file)) {
            for (Row row : rows) {
                var json = SimulatedAgent.JSON.valueToTree(row);
                ((com.fasterxml.jackson.databind.node.ObjectNode) json).put("at", at.toString());
                lines.write(json + "\n");
            }
        }
    }

    boolean allReached() {
        return rows.stream().allMatch(Row::reached);
    }

    private static String text(double figure, String unit) {
        return number(figure) + " " + unit;
    }

    private static String number(double figure) {
        return figure >= 100
                ? String.format(Locale.ROOT, "%.0f", figure)
                : figure >= 10
                        ? String.format(Locale.ROOT, "%.1f", figure)
                        : String.format(Locale.ROOT, "%.2f", figure);
    }
}
