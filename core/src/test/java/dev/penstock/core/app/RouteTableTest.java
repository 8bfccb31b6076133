package dev.penstock.core.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.core.http.Access;
import dev.penstock.core.http.Contract;
import dev.penstock.core.http.Contract.Operation;
import dev.penstock.core.http.ContractFiles;
import dev.penstock.core.http.Route;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.signal.Signals;
import dev.penstock.core.testing.TestServer;
import dev.penstock.core.testing.WithDatabase;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The routes of the server and the operations of its contract are the same. */
@WithDatabase
class RouteTableTest {
    /** What server and agent say to each other is written in {@code agent/protocol}, and held by its golden files. */
    private static final String AGENT_PROTOCOL = "/agent/v1/";

    private final Contract contract = ContractFiles.load();
    private final Set<Route> routes;

    RouteTableTest(Database database, Signals signals, EventStore events) {
        // Every route declares its access, or the server would not have started.
        try (TestServer server = TestServer.on(database, signals, events).start()) {
            routes = server.server().routes();
        }
    }

    @Test
    void theContractListsEveryRoute() {
        Set<String> operations =
                contract.operations().stream().map(RouteTableTest::name).collect(Collectors.toSet());

        assertThat(documented().map(RouteTableTest::name).filter(name -> !operations.contains(name)))
                .isEmpty();
    }

    @Test
    void everyOperationOfTheContractIsARoute() {
        Set<String> names = routes.stream().map(RouteTableTest::name).collect(Collectors.toSet());

        assertThat(contract.operations().stream().map(RouteTableTest::name).filter(name -> !names.contains(name)))
                .isEmpty();
    }

    @Test
    void theContractSaysTheAccessThatTheRouteDeclares() {
        var different = new TreeSet<String>();
        documented()
                .forEach(route -> contract.operation(route.method(), route.path())
                        .filter(operation ->
                                !operation.access().equals(route.access().name()))
                        .ifPresent(operation -> different.add(name(route) + " needs " + route.access()
                                + ", and its x-access is \"" + operation.access() + "\"")));

        assertThat(different).isEmpty();
    }

    @Test
    void everyOperationHasAnIdOfItsOwn() {
        List<String> ids =
                contract.operations().stream().map(Operation::operationId).toList();

        assertThat(ids).doesNotHaveDuplicates().doesNotContain("");
    }

    @Test
    void onlyAgentsUseTheAgentsProtocol() {
        assertThat(routes.stream().filter(route -> route.path().startsWith(AGENT_PROTOCOL)))
                .isNotEmpty()
                .allMatch(route -> switch (route.access()) {
                    case AGENT, PUBLIC -> true;
                    case VIEWER, OPERATOR, EDITOR, ADMIN, WEBHOOK -> false;
                });
        assertThat(routes.stream()
                        .filter(route -> !route.path().startsWith(AGENT_PROTOCOL))
                        .map(Route::access))
                .doesNotContain(Access.AGENT);
    }

    private Stream<Route> documented() {
        return routes.stream().filter(route -> !route.path().startsWith(AGENT_PROTOCOL));
    }

    private static String name(Route route) {
        return route.method() + " " + route.path();
    }

    private static String name(Operation operation) {
        return operation.method() + " " + operation.path();
    }
}
