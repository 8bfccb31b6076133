/** Which files a job publishes: patterns, and where each file goes. */
@NullMarked
package dev.penstock.agent.artifact;

import org.jspecify.annotations.NullMarked;
