@NullMarked
package dev.penstock.agent.artifact;

import org.jspecify.annotations.NullMarked;
