@NullMarked
package dev.penstock.agent.json;

import org.jspecify.annotations.NullMarked;
