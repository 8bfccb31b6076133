package dev.penstock.pluginhost;

import java.io.IOException;
import java.net.URL;
import java.util.Enumeration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The parent of every plugin's class loader: the JDK, and of the host only the packages that a plugin shares with it.
 * No resource of the host is seen, and so not its extension index either.
 */
final class SharedClasses extends ClassLoader {
    private static final List<String> SHARED =
            List.of("dev.penstock.plugin.", "org.pf4j.", "org.slf4j.", "org.jspecify.");

    static {
        registerAsParallelCapable();
    }

    private final ClassLoader host;

    SharedClasses(ClassLoader host) {
        super("penstock-plugin-api", ClassLoader.getPlatformClassLoader());
        this.host = host;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        return SHARED.stream().anyMatch(name::startsWith)
                ? host.loadClass(name)
                : getParent().loadClass(name);
    }

    @Override
    public @Nullable URL getResource(String name) {
        return getParent().getResource(name);
    }

    @Override
    public Enumeration<URL> getResources(String name) throws IOException {
        return getParent().getResources(name);
    }
}
