package dev.penstock.plugins.git;

import dev.penstock.plugin.Text;
import dev.penstock.plugin.option.Option;
import dev.penstock.plugin.option.OptionKind;
import java.util.List;

/** The options of a git material, named as in GoCD's definitions where those have them. */
final class GitOptions {
    static final String URL = "url";
    static final String BRANCH = "branch";
    static final String USERNAME = "username";
    static final String PASSWORD = "password";
    static final String PRIVATE_KEY = "private_key";
    static final String PASSPHRASE = "passphrase";
    static final String HOST_KEYS = "host_keys";
    static final String SHALLOW = "shallow_clone";
    static final String SUBMODULES = "submodules";
    static final String KEEP_UNTRACKED = "keep_untracked";

    static final List<Option> ALL = List.of(
            Option.of(URL, OptionKind.TEXT, Text.of("Repository URL", "저장소 URL"))
                    .withHelp(Text.of(
                            "https, http or ssh; or the absolute path of a folder that the operator allows.",
                            "https, http, ssh 주소, 또는 운영자가 허용한 폴더의 절대 경로입니다."))
                    .withPlaceholder("https://git.example/team/app.git")
                    .asRequired()
                    .asIdentity(),
            Option.of(BRANCH, OptionKind.TEXT, Text.of("Repository Branch", "저장소 브랜치"))
                    .withHelp(Text.of(
                            "A branch, or a refspec such as refs/pull/7/head:pull-7.",
                            "브랜치 이름, 또는 refs/pull/7/head:pull-7 같은 refspec 입니다."))
                    .withDefault("master")
                    .asIdentity(),
            Option.of(USERNAME, OptionKind.TEXT, Text.of("Username", "사용자 이름"))
                    .withHelp(Text.of(
                            "For https and http. For ssh it stands in for the user in the URL; without both it is git.",
                            "https 와 http 에 쓰입니다. ssh 에서는 URL 의 사용자를 대신하며, 둘 다 없으면 git 입니다.")),
            Option.of(PASSWORD, OptionKind.SECRET, Text.of("Password", "암호"))
                    .withHelp(Text.of("A password or an access token.", "암호 또는 액세스 토큰입니다.")),
            Option.of(PRIVATE_KEY, OptionKind.SECRET, Text.of("SSH private key", "SSH 개인 키"))
                    .withHelp(Text.of(
                            "The whole text of the key file, in OpenSSH or PEM form.",
                            "키 파일의 전체 내용을 OpenSSH 또는 PEM 형식으로 넣습니다.")),
            Option.of(PASSPHRASE, OptionKind.SECRET, Text.of("Passphrase of the key", "키의 암호문구"))
                    .withHelp(Text.of("Only when the key is encrypted.", "키가 암호화되어 있을 때만 필요합니다.")),
            Option.of(HOST_KEYS, OptionKind.MULTILINE, Text.of("SSH host keys", "SSH 호스트 키"))
                    .withHelp(Text.of(
                            "Lines of a known_hosts file, or fingerprints such as SHA256:…; the host must show one of"
                                    + " them. Empty: the key seen first is remembered and must not change.",
                            "known_hosts 파일의 줄 또는 SHA256:… 지문입니다. 호스트는 그중 하나를 제시해야 합니다."
                                    + " 비워 두면 처음 본 키를 기억하고, 바뀌면 거부합니다.")),
            Option.of(SHALLOW, OptionKind.BOOLEAN, Text.of("Shallow clone", "얕은 복제"))
                    .withHelp(Text.of(
                            "Agents fetch the last commits only; recommended for large repositories.",
                            "에이전트가 최근 커밋만 가져옵니다. 큰 저장소에 권장합니다."))
                    .withDefault("false"),
            Option.choice(SUBMODULES, Text.of("Submodules", "서브모듈"), List.of("direct", "recursive", "none"))
                    .withHelp(Text.of(
                            "Whether agents check out the repository's submodules, and those of the submodules too.",
                            "에이전트가 저장소의 서브모듈을, 그리고 서브모듈의 서브모듈까지 체크아웃할지 정합니다."))
                    .withDefault("direct"),
            Option.of(KEEP_UNTRACKED, OptionKind.BOOLEAN, Text.of("Keep files that git does not know", "추적되지 않는 파일 유지"))
                    .withHelp(Text.of(
                            "Off: each checkout removes what earlier jobs left. On: build results stay, for incremental"
                                    + " builds.",
                            "끄면 체크아웃할 때마다 이전 작업이 남긴 파일을 지웁니다. 켜면 빌드 결과가 남아 증분 빌드에 쓸 수" + " 있습니다."))
                    .withDefault("false"));

    private GitOptions() {}
}
