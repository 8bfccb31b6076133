/**
 * What authors of plugins test with. {@link dev.penstock.testkit.TaskTypeContract} and
 * {@link dev.penstock.testkit.MaterialTypeContract} are JUnit tests to inherit: they hold a type against what the plugin
 * API promises to the server and its users. {@link dev.penstock.testkit.LocalTask} and
 * {@link dev.penstock.testkit.LocalMaterial} are contexts with real processes and real files, and
 * {@link dev.penstock.testkit.TestValues} gives values for options as a definition would.
 */
@NullMarked
package dev.penstock.testkit;

import org.jspecify.annotations.NullMarked;
