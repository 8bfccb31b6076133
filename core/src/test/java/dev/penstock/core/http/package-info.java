@NullMarked
package dev.penstock.core.http;

import org.jspecify.annotations.NullMarked;
