@NullMarked
package dev.penstock.agent.log;

import org.jspecify.annotations.NullMarked;
