@NullMarked
package dev.penstock.agent.journal;

import org.jspecify.annotations.NullMarked;
