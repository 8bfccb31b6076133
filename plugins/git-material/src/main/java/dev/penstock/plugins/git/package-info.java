/**
 * Git repositories as materials, by JGit; no git has to be installed.
 *
 * <p>{@link dev.penstock.plugins.git.GitMaterial} is the entry. The server keeps a {@code Mirror} of one branch and asks
 * {@code History} what is new; an agent keeps a {@code WorkingCopy}. Everything that goes over a network goes through
 * {@code Remote}, which knows one address, sends credentials there and nowhere else, counts what arrives, and says in
 * words what went wrong.
 */
@NullMarked
package dev.penstock.plugins.git;

import org.jspecify.annotations.NullMarked;
