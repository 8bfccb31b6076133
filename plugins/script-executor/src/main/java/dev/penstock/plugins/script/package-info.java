/** Scripts as tasks: many lines, an interpreter of choice, and a temporary file that nobody sees. */
@NullMarked
package dev.penstock.plugins.script;

import org.jspecify.annotations.NullMarked;
