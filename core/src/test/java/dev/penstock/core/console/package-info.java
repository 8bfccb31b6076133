@NullMarked
package dev.penstock.core.console;

import org.jspecify.annotations.NullMarked;
