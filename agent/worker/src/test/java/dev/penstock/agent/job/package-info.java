@NullMarked
package dev.penstock.agent.job;

import org.jspecify.annotations.NullMarked;
