/** What ran, what is running, and why: read-only views over runs of pipelines. */
@NullMarked
package dev.penstock.core.insight;

import org.jspecify.annotations.NullMarked;
