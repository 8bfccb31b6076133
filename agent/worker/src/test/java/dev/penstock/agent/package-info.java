@NullMarked
package dev.penstock.agent;

import org.jspecify.annotations.NullMarked;
