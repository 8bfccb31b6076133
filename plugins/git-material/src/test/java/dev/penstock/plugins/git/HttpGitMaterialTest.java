package dev.penstock.plugins.git;

import dev.penstock.plugin.material.MaterialType;
import dev.penstock.plugin.option.OptionValues;
import dev.penstock.testkit.MaterialTypeContract;
import java.nio.file.Path;

/** The contract, over HTTP with user and password. */
class HttpGitMaterialTest implements MaterialTypeContract {

    @Override
    public MaterialType type() {
        return new GitMaterial();
    }

    @Override
    public Source source(Path folder) throws Exception {
        Repo repo = Repo.in(folder);
        GitHttp server = GitHttp.closed(folder.toRealPath());
        return new Source() {
            @Override
            public OptionValues values() {
                return Repo.values(server.url("app.git"))
                        .with("username", GitHttp.USER)
                        .with("password", GitHttp.PASSWORD);
            }

            @Override
            public String change(String file, String content) throws Exception {
                return repo.change(file, content);
            }

            @Override
            public String delete(String file) throws Exception {
                return repo.delete(file);
            }

            @Override
            public void close() {
                server.close();
            }
        };
    }
}
