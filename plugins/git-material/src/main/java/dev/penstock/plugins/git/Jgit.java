package dev.penstock.plugins.git;

import java.util.concurrent.TimeUnit;
import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.lib.ConfigConstants;
import org.eclipse.jgit.lib.ProgressMonitor;
import org.eclipse.jgit.storage.file.FileBasedConfig;
import org.eclipse.jgit.storage.file.WindowCacheConfig;
import org.eclipse.jgit.transport.Transport;
import org.eclipse.jgit.transport.TransportProtocol;
import org.eclipse.jgit.util.FS;
import org.eclipse.jgit.util.SystemReader;
import org.jspecify.annotations.Nullable;

/**
 * Cuts this copy of JGit off from the machine's settings. JGit keeps them in statics; the plugin has a JGit of its own, so
 * nobody else is touched.
 */
final class Jgit {
    private Jgit() {}

    /** Must run before anything else of JGit is used; running it again does no harm. */
    static void isolate() {
        if (!(SystemReader.getInstance() instanceof Isolated)) {
            SystemReader.setInstance(new Isolated(SystemReader.getInstance()));
        }
        Ed25519.register();
        fitIntoMemory(Runtime.getRuntime().maxMemory());
        // What is left: http, https, ssh and folders. Gone: Amazon S3, bundles, ftp, sftp and the git protocol.
        for (TransportProtocol protocol : Transport.getTransportProtocols()) {
            boolean wanted = protocol.getSchemes().contains("http")
                    || protocol.getSchemes().contains("ssh")
                    || protocol.getClass().getName().startsWith("org.eclipse.jgit.transport.TransportLocal");
            if (!wanted) {
                Transport.unregister(protocol);
            }
        }
    }

    /** JGit's own limits suit programs that are made for it; one that holds a file of 50 MB whole is too much for an agent. */
    private static void fitIntoMemory(long heapBytes) {
        var config = new WindowCacheConfig();
        config.setStreamFileThreshold(Math.clamp(heapBytes / 16, 2 << 20, 50 << 20));
        config.setPackedGitLimit(Math.clamp(heapBytes / 16, 2 << 20, 64 << 20));
        config.setDeltaBaseCacheLimit(Math.clamp(heapBytes / 32, 1 << 20, 32 << 20));
        config.install();
    }

    /** No variables, no files in a home folder, no files of the system; and so nobody asks a git program where they are. */
    private static final class Isolated extends SystemReader.Delegate {
        Isolated(SystemReader system) {
            super(system);
        }

        @Override
        public @Nullable String getenv(String variable) {
            return null;
        }

        @Override
        public FileBasedConfig openUserConfig(@Nullable Config parent, FS fs) {
            var config = new Fixed(parent, fs);
            // For questions that need no repository, which has this in its own settings.
            config.setString("http", null, "followRedirects", "false");
            return config;
        }

        @Override
        public FileBasedConfig openSystemConfig(@Nullable Config parent, FS fs) {
            return new Fixed(parent, fs);
        }

        @Override
        public FileBasedConfig openJGitConfig(@Nullable Config parent, FS fs) {
            return new Fixed(parent, fs);
        }
    }

    /** Settings that no file stands behind. */
    private static final class Fixed extends FileBasedConfig {
        /** The coarsest that a file system's clock may be; JGit reads a file again when it was changed more recently. */
        private static final long CLOCK_SECONDS = 2;

        Fixed(@Nullable Config parent, FS fs) {
            super(parent, null, fs);
        }

        @Override
        public void load() {
            // There is nothing to load.
        }

        @Override
        public void save() {
            // There is nowhere to save.
        }

        @Override
        public boolean isOutdated() {
            return false;
        }

        /** Without an answer JGit would write probe files into every folder that it reads, to measure its clock. */
        @Override
        public long getTimeUnit(
                String section, @Nullable String subsection, String name, long defaultValue, TimeUnit unit) {
            return ConfigConstants.CONFIG_FILESYSTEM_SECTION.equals(section)
                    ? unit.convert(CLOCK_SECONDS, TimeUnit.SECONDS)
                    : super.getTimeUnit(section, subsection, name, defaultValue, unit);
        }
    }

    /** Does nothing but end the work when its thread was interrupted. */
    static class Quiet implements ProgressMonitor {
        private final Thread worker = Thread.currentThread();

        @Override
        public void start(int totalTasks) {}

        @Override
        public void beginTask(String title, int totalWork) {}

        @Override
        public void update(int completed) {}

        @Override
        public void endTask() {}

        @Override
        public boolean isCancelled() {
            return worker.isInterrupted();
        }

        @Override
        public void showDuration(boolean enabled) {}
    }
}
