package dev.penstock.plugin.material;

import dev.penstock.plugin.Console;
import java.nio.file.Path;

/** What a checkout has of the agent. Valid until the call returns. */
public interface CheckoutContext extends MaterialContext {

    /** Where the files go: absolute, inside the pipeline's working directory; exists. */
    Path directory();

    /** Where progress is told. */
    Console console();
}
