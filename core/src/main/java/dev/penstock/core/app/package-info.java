/** The server as a program: its settings, its commands, and how its parts are put together. */
@NullMarked
package dev.penstock.core.app;

import org.jspecify.annotations.NullMarked;
