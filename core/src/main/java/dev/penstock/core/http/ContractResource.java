package dev.penstock.core.http;

import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;

/** {@code /api/v1/openapi.yaml}: the contract of this API. */
public final class ContractResource implements Resource {
    @Override
    public void addTo(JavalinDefaultRoutingApi routes) {
        routes.get("/api/v1/openapi.yaml", this::show, Access.PUBLIC);
    }

    private void show(Context ctx) {
        var settings = DumpSettings.builder()
                .setDefaultFlowStyle(FlowStyle.BLOCK)
                .setDereferenceAliases(true)
                .setWidth(120)
                .build();
        ctx.contentType("application/yaml").result(new Dump(settings).dumpToString(ContractFiles.document()));
    }
}
