package dev.penstock.core.config.model;

import dev.penstock.core.config.model.TypeCatalog.DescribedType;
import dev.penstock.plugin.Text;
import dev.penstock.plugin.Violation;
import dev.penstock.plugin.option.Option;
import dev.penstock.plugin.option.OptionKind;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/** The types that belong to the server itself, in front of those that plugins offer. */
public final class BuiltInTypes implements TypeCatalog {
    private static final Map<String, DescribedType> TASKS = Map.of(
            TaskDefinition.EXEC,
            new OwnType(
                    Text.of("Command", "명령"),
                    List.of(
                            Option.of("command", OptionKind.TEXT, Text.of("Command", "명령"))
                                    .withHelp(Text.of("The program to start, without a shell.", "셸 없이 시작할 프로그램입니다."))
                                    .withPlaceholder("mvn")
                                    .asRequired(),
                            Option.of("arguments", OptionKind.LIST, Text.of("Arguments", "인수"))
                                    .withHelp(Text.of("One argument per line.", "한 줄에 인수 하나씩 입력합니다.")))),
            TaskDefinition.FETCH,
            new OwnType(
                    Text.of("Fetch artifact", "아티팩트 가져오기"),
                    List.of(
                            Option.of("pipeline", OptionKind.TEXT, Text.of("Pipeline", "파이프라인"))
                                    .withHelp(Text.of(
                                            "Empty for this pipeline; a path such as first/second for an ancestor.",
                                            "이 파이프라인이면 비워 두고, 상위 파이프라인이면 first/second 같은 경로를 적습니다.")),
                            Option.of("stage", OptionKind.TEXT, Text.of("Stage", "스테이지"))
                                    .asRequired(),
                            Option.of("job", OptionKind.TEXT, Text.of("Job", "작업"))
                                    .withHelp(Text.of(
                                            "Of a job with several instances name one, such as build-runInstance-1.",
                                            "인스턴스가 여럿인 작업이면 build-runInstance-1처럼 하나를 지정합니다."))
                                    .asRequired(),
                            Option.of("source", OptionKind.TEXT, Text.of("Source", "원본"))
                                    .withHelp(Text.of(
                                            "A file or folder among the job's artifacts. Empty for an external one.",
                                            "작업 아티팩트 안의 파일 또는 폴더입니다. 외부 아티팩트이면 비워 둡니다.")),
                            Option.of("is_file", OptionKind.BOOLEAN, Text.of("Source is a file", "원본이 파일임"))
                                    .withDefault("false"),
                            Option.of("destination", OptionKind.TEXT, Text.of("Destination", "대상 폴더"))
                                    .withHelp(Text.of(
                                            "A folder inside the working directory; empty for the directory itself.",
                                            "작업 디렉터리 안의 폴더입니다. 작업 디렉터리 자체이면 비워 둡니다.")),
                            Option.choice("artifact_origin", Text.of("Kept by", "보관 위치"), List.of("gocd", "external"))
                                    .withHelp(Text.of(
                                            "gocd: this server. external: an artifact store.",
                                            "gocd는 이 서버, external은 외부 아티팩트 저장소입니다."))
                                    .withDefault("gocd"),
                            Option.of("artifact_id", OptionKind.TEXT, Text.of("External artifact", "외부 아티팩트")),
                            Option.of("configuration", OptionKind.MAP, Text.of("Configuration", "구성"))
                                    .withHelp(Text.of(
                                            "What the artifact store wants to know; external artifacts only.",
                                            "외부 아티팩트 저장소에 전달할 구성입니다.")))));

    private static final Map<String, DescribedType> MATERIALS = Map.of(
            MaterialDefinition.PIPELINE,
            new OwnType(
                    Text.of("Another pipeline", "다른 파이프라인"),
                    List.of(
                            Option.of("pipeline", OptionKind.TEXT, Text.of("Upstream pipeline", "상위 파이프라인"))
                                    .asRequired()
                                    .asIdentity(),
                            Option.of("stage", OptionKind.TEXT, Text.of("Stage", "스테이지"))
                                    .withHelp(Text.of(
                                            "A run starts when this stage has passed.", "이 스테이지가 성공하면 실행을 시작합니다."))
                                    .asRequired()
                                    .asIdentity(),
                            Option.of(
                                            "ignore_for_scheduling",
                                            OptionKind.BOOLEAN,
                                            Text.of("Does not start runs", "실행을 시작하지 않음"))
                                    .withDefault("false"))));

    private record OwnType(Text label, List<Option> options) implements DescribedType {
        @Override
        public List<Violation> validate(Map<String, Object> values) {
            return List.of();
        }
    }

    private final TypeCatalog plugins;

    /** The built-in types and those of the plugins; a plugin cannot replace a built-in one. */
    public BuiltInTypes(TypeCatalog plugins) {
        this.plugins = plugins;
    }

    @Override
    public Optional<DescribedType> task(String id) {
        return Optional.ofNullable(TASKS.get(id)).or(() -> plugins.task(id));
    }

    @Override
    public Optional<DescribedType> material(String id) {
        return Optional.ofNullable(MATERIALS.get(id)).or(() -> plugins.material(id));
    }

    @Override
    public SortedSet<String> taskIds() {
        var ids = new TreeSet<>(TASKS.keySet());
        ids.addAll(plugins.taskIds());
        return ids;
    }

    @Override
    public SortedSet<String> materialIds() {
        var ids = new TreeSet<>(MATERIALS.keySet());
        ids.addAll(plugins.materialIds());
        return ids;
    }
}
