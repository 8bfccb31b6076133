package dev.penstock.plugins.git;

import dev.penstock.plugin.Console;
import dev.penstock.plugin.material.CheckoutContext;
import dev.penstock.plugin.material.MaterialException;
import dev.penstock.plugin.material.MaterialException.Kind;
import dev.penstock.plugin.material.PollResult;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.ReentrantLock;

/** The process that {@link OwnProcess} starts: reads one call, does it, and says how it went. */
final class ChildMain {
    private static volatile boolean running;

    private final DataInputStream in = new DataInputStream(new BufferedInputStream(System.in));
    private final DataOutputStream out =
            new DataOutputStream(new BufferedOutputStream(new FileOutputStream(FileDescriptor.out)));
    private final LinkedBlockingQueue<Boolean> answers = new LinkedBlockingQueue<>();
    /** Notes and questions come from several threads. */
    private final ReentrantLock talking = new ReentrantLock();

    private ChildMain() {}

    /** Whether this is such a process. */
    static boolean isThisProcess() {
        return running;
    }

    public static void main(String[] arguments) throws IOException {
        running = true;
        // Whatever a library prints must not get between the bytes of the answer.
        System.setOut(System.err);
        new ChildMain().run();
    }

    private void run() throws IOException {
        Wire.Call call = Wire.readCall(in);
        Thread.ofPlatform().daemon().name("parent").start(this::listen);
        try {
            PollResult result = done(call);
            talking.lock();
            Wire.writeResult(out, result);
        } catch (MaterialException e) {
            talking.lock();
            Wire.writeFailure(out, e);
        } catch (OutOfMemoryError e) {
            talking.lock();
            long megabytes = Runtime.getRuntime().maxMemory() >> 20;
            Wire.writeFailure(
                    out,
                    new MaterialException(
                            Kind.REFUSED,
                            "The repository needs more memory than " + megabytes + " MiB, a quarter of this machine's;"
                                    + " a shallow clone may need less"));
        } catch (InterruptedException e) {
            talking.lock();
            Wire.writeFailure(out, new MaterialException(Kind.OTHER, "Stopped", e));
        }
        out.flush();
        System.exit(0);
    }

    private PollResult done(Wire.Call call) throws MaterialException, InterruptedException {
        CheckoutContext context = call.folders().context(this::mayI, new Notes());
        var git = new GitMaterial();
        return switch (call.what()) {
            case Wire.POLL -> git.poll(context, call.values(), call.revision());
            case Wire.CHECKOUT -> {
                git.checkout(context, call.values(), call.revision().orElse(""));
                yield new PollResult.Unchanged();
            }
            default -> throw new IllegalStateException("Nothing to do: " + call.what());
        };
    }

    /** When the other process has gone, nobody wants this one's work. */
    private void listen() {
        try {
            while (true) {
                answers.add(in.readBoolean());
            }
        } catch (IOException _) {
            Runtime.getRuntime().halt(1);
        }
    }

    private boolean mayI(Path folder) {
        talking.lock();
        try {
            out.writeByte(Wire.MAY_I);
            Wire.writeText(out, folder.toString());
            out.flush();
            return answers.take();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            talking.unlock();
        }
    }

    private final class Notes implements Console {
        @Override
        public void out(String line) {
            note(line);
        }

        @Override
        public void err(String line) {
            note(line);
        }

        @Override
        public void note(String line) {
            talking.lock();
            try {
                out.writeByte(Wire.NOTE);
                Wire.writeText(out, line);
                out.flush();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } finally {
                talking.unlock();
            }
        }
    }
}
