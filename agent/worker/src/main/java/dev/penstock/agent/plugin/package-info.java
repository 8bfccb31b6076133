/** The plugins that jobs bring: their jars by hash on disk, and the host that runs them, opened when first needed. */
@NullMarked
package dev.penstock.agent.plugin;

import org.jspecify.annotations.NullMarked;
