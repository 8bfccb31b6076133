/**
 * What a Penstock plugin sees of its host: interfaces the host implements, interfaces a plugin implements, and small
 * values that travel between them. Nothing here knows HTTP, SQL or the server.
 *
 * <p>A plugin is a jar whose manifest names {@code Plugin-Id}, {@code Plugin-Version} and {@code Plugin-Requires}; its
 * extensions implement {@link dev.penstock.plugin.task.TaskType} or {@link dev.penstock.plugin.material.MaterialType},
 * have a public constructor without parameters, and carry {@link org.pf4j.Extension}. One instance of each extension is
 * made per process; the host calls it from many threads at once, so it keeps no state between calls.
 */
@NullMarked
package dev.penstock.plugin;

import org.jspecify.annotations.NullMarked;
