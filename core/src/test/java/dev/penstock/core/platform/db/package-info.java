@NullMarked
package dev.penstock.core.platform.db;

import org.jspecify.annotations.NullMarked;
