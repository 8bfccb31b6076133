package dev.penstock.agent.job;

import dev.penstock.agent.plugin.Plugins;
import dev.penstock.agent.process.Launcher;
import dev.penstock.agent.process.ProcessTable;
import dev.penstock.agent.server.JobServer;
import java.time.InstantSource;
import java.util.concurrent.Executor;

/** What an agent works with, the same for all of its jobs. */
public record JobParts(
        Launcher launcher,
        ProcessTable table,
        Plugins plugins,
        JobServer.Opener servers,
        InstantSource clock,
        Executor threads) {}
