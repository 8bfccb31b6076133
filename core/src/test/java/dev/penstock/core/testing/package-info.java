/** What tests of the server stand on: a real database for each class, signals, a client that checks the contract. */
@NullMarked
package dev.penstock.core.testing;

import org.jspecify.annotations.NullMarked;
