/** What jobs print: stored as it comes, followed while it grows, read by anybody afterwards. */
@NullMarked
package dev.penstock.core.console;

import org.jspecify.annotations.NullMarked;
