package dev.penstock.pluginhost;

import java.nio.file.Path;

/** A folder whose {@code *.jar} files are plugins; folders below it are not looked at. It need not exist. */
public record PluginFolder(Path path, PluginKind kind) {}
