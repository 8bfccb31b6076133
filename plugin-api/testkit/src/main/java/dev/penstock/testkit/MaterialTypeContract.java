package dev.penstock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.plugin.material.MaterialException;
import dev.penstock.plugin.material.MaterialType;
import dev.penstock.plugin.material.PollResult;
import dev.penstock.plugin.material.Revision;
import dev.penstock.plugin.option.Option;
import dev.penstock.plugin.option.OptionValues;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What every material type promises to the server, the agent and people; implement this interface in a test class and
 * JUnit runs its tests. Each test gets a source and folders of its own.
 */
public interface MaterialTypeContract {

    /** The type under test. */
    MaterialType type();

    /** Makes a source in an empty folder, with one revision in which there is a file {@code first.txt}. */
    Source source(Path folder) throws Exception;

    /** Something that can be watched, such as a repository. */
    interface Source extends AutoCloseable {

        /** The values with which a definition would name it. */
        OptionValues values();

        /** Makes a revision that adds or changes a file at the top, and gives the revision's id. */
        String change(String file, String content) throws Exception;

        /** Makes a revision that deletes a file. */
        String delete(String file) throws Exception;

        /** Folders that the operator would have to allow. */
        default List<Path> localFolders() {
            return List.of();
        }

        @Override
        default void close() throws IOException {}
    }

    /** A context for a source, in a folder. */
    default LocalMaterial context(Path folder, Source source) throws Exception {
        return LocalMaterial.in(Files.createDirectories(folder))
                .allowing(source.localFolders().toArray(Path[]::new));
    }

    /** The description is complete, in both languages, and fits the host's rules. */
    @Test
    default void describesItself() {
        MaterialType type = type();

        assertThat(TypeRules.description(type.id(), type.label(), type.options(), TypeRules.OF_EVERY_MATERIAL))
                .isEmpty();
    }

    /** Without identity all materials of the type would be one. */
    @Test
    default void hasAnIdentity() {
        assertThat(type().options()).anyMatch(Option::isIdentity);
    }

    /** The host finds it in its jar. */
    @Test
    default void isFoundByTheHost() {
        assertThat(TypeRules.extension(type().getClass())).isEmpty();
    }

    /** One instance serves all threads. */
    @Test
    default void keepsNoState() {
        assertThat(TypeRules.state(type().getClass())).isEmpty();
    }

    /** Values that lack everything are answered, and not with an exception. */
    @Test
    default void answersEmptyValues() {
        OptionValues empty = TestValues.of(type().options());

        assertThat(type().validate(empty)).isNotNull();
        assertThat(type().host(empty)).isNotNull();
    }

    /** What people see is a line, and the host is in lower case. */
    @Test
    default void hasANameForPeople(@TempDir Path folder) throws Exception {
        try (Source source = source(Files.createDirectories(folder.resolve("source")))) {
            OptionValues values = source.values();

            assertThat(type().validate(values)).isEmpty();
            assertThat(TypeRules.line("the display name", type().displayName(values)))
                    .isEmpty();
            type().host(values).ifPresent(host -> assertThat(host).isEqualTo(host.toLowerCase(Locale.ROOT)));
        }
    }

    /** "Test connection" agrees with a source that is there. */
    @Test
    default void canBeChecked(@TempDir Path folder) throws Exception {
        try (Source source = source(Files.createDirectories(folder.resolve("source")))) {
            type().check(context(folder, source), source.values());
        }
    }

    /** The first poll tells the newest revision and nothing before it. */
    @Test
    default void firstPollTellsTheNewestOnly(@TempDir Path folder) throws Exception {
        try (Source source = source(Files.createDirectories(folder.resolve("source")))) {
            String newest = source.change("second.txt", "2");

            PollResult result = type().poll(context(folder, source), source.values(), Optional.empty());

            assertThat(result).isInstanceOf(PollResult.Changed.class);
            assertThat(((PollResult.Changed) result).revisions())
                    .extracting(Revision::id)
                    .containsExactly(newest);
        }
    }

    /** What has not changed is not told again. */
    @Test
    default void sameRevisionIsUnchanged(@TempDir Path folder) throws Exception {
        try (Source source = source(Files.createDirectories(folder.resolve("source")))) {
            String newest = source.change("second.txt", "2");
            LocalMaterial context = context(folder, source);

            assertThat(type().poll(context, source.values(), Optional.of(newest)))
                    .isEqualTo(new PollResult.Unchanged());
        }
    }

    /** New revisions come oldest first, each with what it changed; also when the cache was lost in between. */
    @Test
    default void newRevisionsComeInTheirOrder(@TempDir Path folder) throws Exception {
        try (Source source = source(Files.createDirectories(folder.resolve("source")))) {
            String known = source.change("second.txt", "2");
            String one = source.change("third.txt", "3");
            String two = source.change("second.txt", "changed");
            String three = source.delete("third.txt");

            PollResult result = type().poll(context(folder, source), source.values(), Optional.of(known));

            assertThat(result).isInstanceOf(PollResult.Changed.class);
            List<Revision> revisions = ((PollResult.Changed) result).revisions();
            assertThat(revisions).extracting(Revision::id).containsExactly(one, two, three);
            assertThat(revisions)
                    .flatExtracting(Revision::files)
                    .containsExactly(
                            new Revision.ChangedFile("third.txt", Revision.Action.ADDED),
                            new Revision.ChangedFile("second.txt", Revision.Action.MODIFIED),
                            new Revision.ChangedFile("third.txt", Revision.Action.DELETED));
        }
    }

    /** A checkout brings the files of just that revision, and takes away what it does not know. */
    @Test
    default void checkoutFollowsTheRevision(@TempDir Path folder) throws Exception {
        try (Source source = source(Files.createDirectories(folder.resolve("source")))) {
            String before = source.change("second.txt", "2");
            source.change("second.txt", "changed");
            String after = source.delete("first.txt");
            LocalMaterial context = context(folder, source);
            Path work = context.directory();

            type().checkout(context, source.values(), before);

            assertThat(work.resolve("first.txt")).exists();
            assertThat(work.resolve("second.txt")).hasContent("2");

            Files.writeString(work.resolve("left-over.txt"), "by a job");
            type().checkout(context, source.values(), after);

            assertThat(work.resolve("first.txt")).doesNotExist();
            assertThat(work.resolve("second.txt")).hasContent("changed");
            assertThat(work.resolve("left-over.txt")).doesNotExist();

            type().checkout(context, source.values(), before);

            assertThat(work.resolve("first.txt")).exists();
            assertThat(work.resolve("second.txt")).hasContent("2");
        }
    }

    /** A revision that is not there is told so. */
    @Test
    default void unknownRevisionIsTold(@TempDir Path folder) throws Exception {
        try (Source source = source(Files.createDirectories(folder.resolve("source")))) {
            String known = source.change("second.txt", "2");
            char last = known.charAt(known.length() - 1) == '0' ? '1' : '0';
            String unknown = known.substring(0, known.length() - 1) + last;

            assertThatThrownBy(() -> type().checkout(context(folder, source), source.values(), unknown))
                    .isInstanceOfSatisfying(
                            MaterialException.class,
                            e -> assertThat(e.kind()).isEqualTo(MaterialException.Kind.REVISION_NOT_FOUND));
        }
    }

    /** A call whose thread was interrupted ends with that, and does not become an error of the material. */
    @Test
    default void endsWhenItIsInterrupted(@TempDir Path folder) throws Exception {
        try (Source source = source(Files.createDirectories(folder.resolve("source")))) {
            String revision = source.change("second.txt", "2");
            LocalMaterial context = context(folder, source);
            Thread.currentThread().interrupt();

            assertThatThrownBy(() -> type().checkout(context, source.values(), revision))
                    .isInstanceOf(InterruptedException.class);
        } finally {
            Thread.interrupted();
        }
    }
}
