/** Runs of pipelines, stages and jobs: their lives, their rows, and what may be asked of them. */
@NullMarked
package dev.penstock.core.run;

import org.jspecify.annotations.NullMarked;
