package dev.penstock.plugins.maven;

import dev.penstock.plugin.Text;
import dev.penstock.plugin.option.Option;
import dev.penstock.plugin.option.OptionKind;
import java.util.List;

/** The options of a Maven task. */
final class MavenOptions {
    static final String GOALS = "goals";
    static final String POM_FILE = "pom_file";
    static final String PROFILES = "profiles";
    static final String PROPERTIES = "properties";
    static final String ARGUMENTS = "arguments";
    static final String SETTINGS_FILE = "settings_file";
    static final String SETTINGS = "settings";
    static final String WRAPPER = "use_wrapper";
    static final String MAVEN_HOME = "maven_home";
    static final String JAVA_HOME = "java_home";
    static final String BATCH = "batch_mode";
    static final String OFFLINE = "offline";
    static final String QUIET = "quiet";
    static final String DEBUG = "debug";

    static final List<Option> ALL = List.of(
            Option.of(GOALS, OptionKind.TEXT, Text.of("Goals", "골"))
                    .withHelp(Text.of(
                            "Phases, goals and options separated by spaces; quotes hold words together.",
                            "페이즈, 골, 옵션을 공백으로 구분합니다. 따옴표로 묶을 수 있습니다."))
                    .withPlaceholder("clean package")
                    .asRequired(),
            Option.of(POM_FILE, OptionKind.TEXT, Text.of("POM file", "POM 파일"))
                    .withHelp(Text.of(
                            "From the working directory; empty for pom.xml.", "작업 디렉터리 기준입니다. 비워 두면 pom.xml 입니다."))
                    .withPlaceholder("pom.xml"),
            Option.of(PROFILES, OptionKind.LIST, Text.of("Profiles", "프로파일"))
                    .withHelp(Text.of("One per line; !name switches one off.", "한 줄에 하나씩 적습니다. !이름 은 끕니다.")),
            Option.of(PROPERTIES, OptionKind.MAP, Text.of("Properties", "속성"))
                    .withHelp(Text.of("Given as -Dname=value.", "-D이름=값 으로 전달됩니다.")),
            Option.of(ARGUMENTS, OptionKind.LIST, Text.of("Further arguments", "추가 인수"))
                    .withHelp(Text.of("One per line, passed as they are.", "한 줄에 하나씩, 적은 그대로 전달됩니다.")),
            Option.of(SETTINGS_FILE, OptionKind.TEXT, Text.of("Settings file", "설정 파일"))
                    .withHelp(Text.of(
                            "A settings.xml on the agent or in the working directory.",
                            "에이전트 또는 작업 디렉터리에 있는 settings.xml 입니다.")),
            Option.of(SETTINGS, OptionKind.SECRET, Text.of("Settings", "설정 내용"))
                    .withHelp(Text.of(
                            "The text of a settings.xml, for passwords of repositories; it is in a file while Maven runs.",
                            "저장소 암호 등이 들어 있는 settings.xml 의 내용입니다. Maven 이 실행되는 동안만 파일로 있습니다.")),
            Option.of(WRAPPER, OptionKind.BOOLEAN, Text.of("Use the Maven wrapper", "Maven 래퍼 사용"))
                    .withHelp(Text.of("Runs mvnw of the working directory.", "작업 디렉터리의 mvnw 를 실행합니다."))
                    .withDefault("false"),
            Option.of(MAVEN_HOME, OptionKind.TEXT, Text.of("Maven home", "Maven 홈"))
                    .withHelp(Text.of(
                            "A folder on the agent. Empty: the variable M2_HOME, if it is set, or else mvn on the PATH.",
                            "에이전트의 폴더입니다. 비워 두면 M2_HOME 변수를, 그것도 없으면 PATH 의 mvn 을 씁니다.")),
            Option.of(JAVA_HOME, OptionKind.TEXT, Text.of("Java home", "Java 홈"))
                    .withHelp(Text.of(
                            "A JDK on the agent. Empty: the job's variable JAVA_HOME, or Maven's own choice.",
                            "에이전트의 JDK 입니다. 비워 두면 작업의 JAVA_HOME 변수 또는 Maven 의 기본값입니다.")),
            Option.of(BATCH, OptionKind.BOOLEAN, Text.of("Batch mode", "배치 모드"))
                    .withHelp(Text.of("-B: asks nothing, uses no colours.", "-B: 묻지 않고 색을 쓰지 않습니다."))
                    .withDefault("true"),
            Option.of(OFFLINE, OptionKind.BOOLEAN, Text.of("Offline", "오프라인"))
                    .withHelp(Text.of("-o: downloads nothing.", "-o: 내려받지 않습니다."))
                    .withDefault("false"),
            Option.of(QUIET, OptionKind.BOOLEAN, Text.of("Quiet", "조용히"))
                    .withHelp(Text.of("-q: errors only.", "-q: 오류만 출력합니다."))
                    .withDefault("false"),
            Option.of(DEBUG, OptionKind.BOOLEAN, Text.of("Debug", "디버그"))
                    .withHelp(Text.of("-X: everything.", "-X: 모두 출력합니다."))
                    .withDefault("false"));

    private MavenOptions() {}
}
