@NullMarked
package dev.penstock.agent.console;

import org.jspecify.annotations.NullMarked;
