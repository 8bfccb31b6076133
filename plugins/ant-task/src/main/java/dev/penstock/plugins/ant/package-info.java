/** Ant, NAnt and Rake as tasks, as GoCD has them built in: a build file and targets, for a tool that is on the agent. */
@NullMarked
package dev.penstock.plugins.ant;

import org.jspecify.annotations.NullMarked;
