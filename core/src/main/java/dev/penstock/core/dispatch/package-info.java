/** Gives waiting jobs to idle agents, hears what becomes of them, and takes them back from agents that fall silent. */
@NullMarked
package dev.penstock.core.dispatch;

import org.jspecify.annotations.NullMarked;
