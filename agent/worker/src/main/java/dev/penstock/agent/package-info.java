/** The agent: asks a server for work, does it on this machine, and tells what came of it. */
@NullMarked
package dev.penstock.agent;

import org.jspecify.annotations.NullMarked;
