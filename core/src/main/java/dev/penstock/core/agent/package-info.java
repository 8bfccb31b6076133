/** Agents: how they become known and trusted, whether they are alive, and what people set about them. */
@NullMarked
package dev.penstock.core.agent;

import org.jspecify.annotations.NullMarked;
