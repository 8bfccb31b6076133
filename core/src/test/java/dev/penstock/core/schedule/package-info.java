@NullMarked
package dev.penstock.core.schedule;

import org.jspecify.annotations.NullMarked;
