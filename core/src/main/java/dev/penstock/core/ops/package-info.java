/** Running the server: health, metrics, the audit trail and the stream of events for those who look after it. */
@NullMarked
package dev.penstock.core.ops;

import org.jspecify.annotations.NullMarked;
