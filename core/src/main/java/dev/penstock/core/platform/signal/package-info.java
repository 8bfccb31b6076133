/** Alarm clocks: who waits for work is woken when there may be some. */
@NullMarked
package dev.penstock.core.platform.signal;

import org.jspecify.annotations.NullMarked;
