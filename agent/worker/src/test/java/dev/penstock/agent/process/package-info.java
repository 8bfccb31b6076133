@NullMarked
package dev.penstock.agent.process;

import org.jspecify.annotations.NullMarked;
