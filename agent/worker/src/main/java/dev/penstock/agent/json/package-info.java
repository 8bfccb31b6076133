/** JSON of the protocol's records, without a data-binding library: an idle agent has no memory to spare for one. */
@NullMarked
package dev.penstock.agent.json;

import org.jspecify.annotations.NullMarked;
