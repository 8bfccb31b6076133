package dev.penstock.pluginhost;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;

/**
 * The classes of one plugin: the JDK and the shared packages first, so that a copy of the plugin API that the plugin
 * packs by mistake loses, then its own jar, then its nested jars.
 */
final class PluginClasses extends URLClassLoader {
    static {
        registerAsParallelCapable();
    }

    private PluginClasses(String pluginId, URL[] urls, ClassLoader parent) {
        super("plugin-" + pluginId, urls, parent);
    }

    static PluginClasses of(String pluginId, List<Path> classPath) throws IOException {
        var urls = new URL[classPath.size()];
        for (int i = 0; i < urls.length; i++) {
            urls[i] = classPath.get(i).toUri().toURL();
        }
        return new PluginClasses(pluginId, urls, new SharedClasses(PluginClasses.class.getClassLoader()));
    }
}
