/** When pipelines start: what has to be new, who may ask, what stands in the way, and how each of it is said. */
@NullMarked
package dev.penstock.core.schedule;

import org.jspecify.annotations.NullMarked;
