/** What this agent has been given and what came of it, on disk, so that a killed agent knows and tells. */
@NullMarked
package dev.penstock.agent.journal;

import org.jspecify.annotations.NullMarked;
