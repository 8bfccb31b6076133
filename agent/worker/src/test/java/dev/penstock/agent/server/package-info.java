@NullMarked
package dev.penstock.agent.server;

import org.jspecify.annotations.NullMarked;
