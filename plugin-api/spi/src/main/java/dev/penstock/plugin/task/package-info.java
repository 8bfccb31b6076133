/** Task types: what one step of a job can be. */
@NullMarked
package dev.penstock.plugin.task;

import org.jspecify.annotations.NullMarked;
