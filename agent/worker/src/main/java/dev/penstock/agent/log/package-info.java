/** The agent's own log behind SLF4J. A logging library would cost an idle agent 3 MB of its 48. */
@NullMarked
package dev.penstock.agent.log;

import org.jspecify.annotations.NullMarked;
