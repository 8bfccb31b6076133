package dev.penstock.pluginhost;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.pf4j.AbstractPluginManager;
import org.pf4j.DefaultExtensionFactory;
import org.pf4j.DefaultExtensionFinder;
import org.pf4j.DefaultPluginDescriptor;
import org.pf4j.DefaultVersionManager;
import org.pf4j.ExtensionFactory;
import org.pf4j.ExtensionFinder;
import org.pf4j.Plugin;
import org.pf4j.PluginDescriptor;
import org.pf4j.PluginDescriptorFinder;
import org.pf4j.PluginFactory;
import org.pf4j.PluginLoader;
import org.pf4j.PluginRepository;
import org.pf4j.PluginRuntimeException;
import org.pf4j.PluginState;
import org.pf4j.PluginStatusProvider;
import org.pf4j.PluginWrapper;
import org.pf4j.RuntimeMode;
import org.pf4j.VersionManager;

/**
 * PF4J for one jar. PF4J is not thread-safe and one hanging plugin holds up its manager, so each jar has a manager of its
 * own, which one thread at a time uses: the one that starts the plugin, later the one that stops it. Two versions of one
 * plugin can so be loaded side by side, too.
 */
final class SingleJarPf4j extends AbstractPluginManager {
    private @Nullable JarFacts facts;
    private @Nullable PluginClasses classes;

    SingleJarPf4j(Path folder) {
        super(folder);
    }

    /** Loads and starts the plugin, on a thread made for it, whose context class loader it sets. */
    PluginClasses start(JarCopy copy, JarFacts jarFacts) throws IOException, PluginRefusedException {
        facts = jarFacts;
        classes = PluginClasses.of(jarFacts.id(), copy.classPath());
        Thread.currentThread().setContextClassLoader(classes);
        String id = loadPlugin(copy.jar());
        startPlugin(id);
        PluginWrapper wrapper = getPlugin(id);
        if (wrapper.getPluginState() == PluginState.STARTED) {
            return classes;
        }
        Throwable cause = wrapper.getFailedException();
        throw new PluginRefusedException(
                PluginStatus.FAILED,
                "It did not start: " + (cause == null ? wrapper.getPluginState() : rootOf(cause)),
                cause == null ? new IllegalStateException("no cause") : cause);
    }

    /** Stops and unloads it; whatever it throws then is returned and changes nothing. */
    Optional<Throwable> stop() {
        Thread.currentThread().setContextClassLoader(classes);
        Throwable thrown = null;
        for (PluginWrapper plugin : List.copyOf(getPlugins())) {
            try {
                stopPlugin(plugin.getPluginId());
            } catch (Throwable t) {
                thrown = t;
            }
            try {
                unloadPlugin(plugin.getPluginId());
            } catch (Throwable t) {
                thrown = t;
            }
        }
        try {
            if (classes != null) {
                classes.close();
            }
        } catch (IOException e) {
            thrown = e;
        }
        return Optional.ofNullable(thrown);
    }

    /** What a person should read of a chain of wrappers. */
    static Throwable rootOf(Throwable thrown) {
        Throwable root = thrown;
        while ((root instanceof PluginRuntimeException
                        || root instanceof InvocationTargetException
                        || root instanceof ExceptionInInitializerError)
                && root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    @Override
    protected PluginDescriptorFinder createPluginDescriptorFinder() {
        return new PluginDescriptorFinder() {
            @Override
            public boolean isApplicable(Path path) {
                return true;
            }

            @Override
            public PluginDescriptor find(Path path) {
                JarFacts read = known(facts);
                return new DefaultPluginDescriptor(
                        read.id(),
                        read.description(),
                        read.pluginClass().isEmpty() ? Plugin.class.getName() : read.pluginClass(),
                        read.version(),
                        // The host has checked it against the API's version, with a message of its own.
                        "*",
                        read.provider(),
                        read.license());
            }
        };
    }

    @Override
    protected PluginLoader createPluginLoader() {
        return new PluginLoader() {
            @Override
            public boolean isApplicable(Path path) {
                return true;
            }

            @Override
            public ClassLoader loadPlugin(Path path, PluginDescriptor descriptor) {
                return known(classes);
            }
        };
    }

    /** PF4J's own factory hides why a constructor failed. */
    @Override
    protected PluginFactory createPluginFactory() {
        return wrapper -> {
            String name = wrapper.getDescriptor().getPluginClass();
            try {
                Class<?> type = wrapper.getPluginClassLoader().loadClass(name);
                if (!Plugin.class.isAssignableFrom(type)) {
                    throw new PluginRuntimeException("Plugin-Class " + name + " does not extend org.pf4j.Plugin");
                }
                return (Plugin) construct(type, wrapper);
            } catch (InvocationTargetException e) {
                throw new PluginRuntimeException(e.getCause(), "the constructor of " + name + " failed");
            } catch (ReflectiveOperationException e) {
                throw new PluginRuntimeException(e, "Plugin-Class " + name + " cannot be made: " + e);
            }
        };
    }

    private static Object construct(Class<?> type, PluginWrapper wrapper) throws ReflectiveOperationException {
        for (Constructor<?> constructor : type.getConstructors()) {
            if (constructor.getParameterCount() == 0) {
                return constructor.newInstance();
            }
            if (constructor.getParameterCount() == 1
                    && constructor.getParameterTypes()[0].equals(PluginWrapper.class)) {
                return constructor.newInstance(wrapper);
            }
        }
        throw new NoSuchMethodException(type.getName() + " has no public constructor without parameters");
    }

    @Override
    protected PluginRepository createPluginRepository() {
        return new PluginRepository() {
            @Override
            public List<Path> getPluginPaths() {
                return List.of();
            }

            @Override
            public boolean deletePluginPath(Path path) {
                return false;
            }
        };
    }

    @Override
    protected PluginStatusProvider createPluginStatusProvider() {
        return new PluginStatusProvider() {
            @Override
            public boolean isPluginDisabled(String pluginId) {
                return false;
            }

            @Override
            public void disablePlugin(String pluginId) {
                throw new UnsupportedOperationException("Plugins are switched off by removing their jar");
            }

            @Override
            public void enablePlugin(String pluginId) {}
        };
    }

    @Override
    protected ExtensionFactory createExtensionFactory() {
        return new DefaultExtensionFactory();
    }

    @Override
    protected ExtensionFinder createExtensionFinder() {
        return new DefaultExtensionFinder(this);
    }

    @Override
    protected VersionManager createVersionManager() {
        return new DefaultVersionManager();
    }

    @Override
    public RuntimeMode getRuntimeMode() {
        return RuntimeMode.DEPLOYMENT;
    }

    private static <T> T known(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("The jar has not been read");
        }
        return value;
    }
}
