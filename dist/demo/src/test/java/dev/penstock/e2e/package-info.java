/** End-to-end tests: processes from the archives, real git, faults at named and at random moments, invariants afterwards. */
@NullMarked
package dev.penstock.e2e;

import org.jspecify.annotations.NullMarked;
