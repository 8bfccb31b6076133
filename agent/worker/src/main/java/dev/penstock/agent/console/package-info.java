/** The console of a job: secrets masked, lines with time and tag, and a file that holds them until the server does. */
@NullMarked
package dev.penstock.agent.console;

import org.jspecify.annotations.NullMarked;
