/** Measures the server beside the limits of the machine, in one run: {@code ./dev bench}. Nothing here is a test. */
@NullMarked
package dev.penstock.bench;

import org.jspecify.annotations.NullMarked;
