package dev.penstock.core.testing;

import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.signal.Signals;
import java.util.Set;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Does what {@link WithDatabase} promises. */
final class DatabaseExtension implements ParameterResolver {
    private static final ExtensionContext.Namespace OURS = ExtensionContext.Namespace.create(DatabaseExtension.class);
    private static final Set<Class<?>> OFFERED =
            Set.of(Database.class, Signals.class, LocalSignals.class, EventStore.class);

    /** Closed by JUnit when the test class is over. */
    private record Parts(Database database, LocalSignals signals, EventStore events) implements AutoCloseable {
        @Override
        public void close() {
            database.close();
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return OFFERED.contains(parameter.getParameter().getType());
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Parts parts = parts(context);
        Class<?> type = parameter.getParameter().getType();
        if (type == Database.class) {
            return parts.database();
        }
        return type == EventStore.class ? parts.events() : parts.signals();
    }

    private static Parts parts(ExtensionContext context) {
        ExtensionContext outermost = context;
        while (outermost.getParent().flatMap(ExtensionContext::getTestClass).isPresent()) {
            outermost = outermost.getParent().orElseThrow();
        }
        // In the store of the class and not of the whole run: two hundred connections are soon held by idle pools.
        return outermost.getStore(OURS).computeIfAbsent(Parts.class, _ -> make(), Parts.class);
    }

    private static Parts make() {
        var signals = new LocalSignals();
        return new Parts(TestDatabases.shared().create(), signals, new EventStore(signals));
    }
}
