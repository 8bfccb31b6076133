/** Maven as a task: goals and everything that is usually said with them, for a Maven or wrapper that is on the agent. */
@NullMarked
package dev.penstock.plugins.maven;

import org.jspecify.annotations.NullMarked;
