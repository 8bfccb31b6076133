/** What jobs publish: bytes by their hash, names in the database, and how long both are kept. */
@NullMarked
package dev.penstock.core.artifact;

import org.jspecify.annotations.NullMarked;
