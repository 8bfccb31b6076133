package dev.penstock.plugins.git;

import dev.penstock.plugin.material.MaterialType;
import dev.penstock.testkit.MaterialTypeContract;
import java.nio.file.Path;

/** The contract, with a folder of this machine. */
class LocalGitMaterialTest implements MaterialTypeContract {

    @Override
    public MaterialType type() {
        return new GitMaterial();
    }

    @Override
    public Source source(Path folder) throws Exception {
        return Repo.in(folder);
    }
}
