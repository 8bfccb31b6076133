package dev.penstock.core;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.constructors;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaConstructor;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.ArrayList;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.Test;

/** The rules of ARCHITECTURE.md that a compiler does not know. */
class ArchitectureTest {
    private static final String CORE = "dev.penstock.core.";

    /** Which package may import which; besides, each may import {@code platform}, and {@code http} for its resources. */
    private static final Map<String, Set<String>> IMPORTS = Map.ofEntries(
            entry("auth", Set.of("plugin")),
            entry("plugin", Set.of("config", "secret")),
            entry("secret", Set.of()),
            entry("config", Set.of("secret")),
            entry("material", Set.of("config", "plugin", "secret")),
            entry("run", Set.of("config", "material")),
            entry("schedule", Set.of("config", "material", "run", "secret")),
            entry("agent", Set.of("auth", "run", "secret")),
            entry("dispatch", Set.of("run", "agent", "secret", "config", "plugin")),
            entry("console", Set.of("run", "agent")),
            entry("artifact", Set.of("run", "agent")),
            entry("deploy", Set.of("config", "run", "schedule")),
            entry("insight", Set.of("config", "material", "run")),
            entry("notify", Set.of("run", "config")),
            entry("ops", Set.of("auth")));

    private static final JavaClasses OURS = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(location -> !location.contains("/test-classes/"))
            .importPackages("dev.penstock");

    @Test
    void featuresHaveNoCycle() {
        slices().matching(CORE + "(*)..").should().beFreeOfCycles().check(OURS);
    }

    @Test
    void featuresImportOnlyWhatTheTableAllows() {
        var mistakes = new TreeSet<String>();
        for (JavaClass from : OURS) {
            String feature = feature(from);
            if (feature.isEmpty() || feature.equals("app") || feature.equals("gocd")) {
                continue;
            }
            for (var dependency : from.getDirectDependenciesFromSelf()) {
                String target = feature(dependency.getTargetClass().getBaseComponentType());
                if (!target.isEmpty() && !target.equals(feature) && !isAllowed(feature, target)) {
                    mistakes.add(feature + " imports " + target + ": " + dependency.getDescription());
                }
            }
        }
        assertThat(mistakes).isEmpty();
    }

    private static boolean isAllowed(String feature, String target) {
        return switch (feature) {
            case "platform" -> false;
            case "http" -> target.equals("platform");
            default ->
                target.equals("platform")
                        || target.equals("http")
                        || IMPORTS.getOrDefault(feature, Set.of()).contains(target);
        };
    }

    @Test
    void everyPackageStandsInTheTable() {
        var unknown = new TreeSet<String>();
        for (JavaClass each : OURS) {
            String feature = feature(each);
            if (!feature.isEmpty()
                    && !IMPORTS.containsKey(feature)
                    && !Set.of("platform", "http", "app", "gocd").contains(feature)) {
                unknown.add(feature);
            }
        }
        assertThat(unknown).isEmpty();
    }

    @Test
    void statementsAreMadeInStoresOnly() {
        // A *Row reads itself from a result; it makes no statement.
        var sql = named("Store", "Queue", "Query", "Mapper", "Row");
        noClasses()
                .that(resideInAPackage("dev.penstock.core..").and(DescribedPredicate.not(sql)))
                .and()
                .resideOutsideOfPackages(CORE + "platform.db..", CORE + "platform.signal..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.jdbi.v3.core.statement..")
                .orShould()
                .callMethodWhere(makesAStatement())
                .orShould()
                .dependOnClassesThat()
                .resideInAPackage("java.sql..")
                .check(OURS);
    }

    private static DescribedPredicate<JavaCall<?>> makesAStatement() {
        var names =
                Set.of("execute", "createQuery", "createUpdate", "createBatch", "prepareBatch", "select", "createCall");
        return DescribedPredicate.describe(
                "makes a statement",
                call -> call.getTargetOwner().isAssignableTo(Handle.class)
                        && names.contains(call.getTarget().getName()));
    }

    @Test
    void onlyHttpAndResourcesKnowJavalin() {
        noClasses()
                .that(DescribedPredicate.not(named("Resource")))
                .and()
                .resideOutsideOfPackages(CORE + "http..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.javalin..")
                .check(OURS);
    }

    @Test
    void xmlIsReadInOnePlace() {
        noClasses()
                .that()
                .resideInAPackage("dev.penstock..")
                .and()
                .resideOutsideOfPackage(CORE + "platform.xml..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("javax.xml..", "org.xml..", "org.w3c.dom..")
                .check(OURS);
    }

    @Test
    void decisionsAreMadeOfValuesOnly() {
        noClasses()
                .that(named("Life", "FanIn")
                        .or(resideInAPackage(CORE + "config.model.."))
                        .or(resideInAPackage(CORE + "config.parse.."))
                        .or(resideInAPackage(CORE + "config.write..")))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.jdbi..", "io.javalin..", "org.slf4j..")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.time.InstantSource")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.time.Clock")
                .allowEmptyShould(true)
                .check(OURS);
    }

    @Test
    void timeEnvironmentAndChanceComeFromOutside() {
        noClasses()
                .that()
                .resideInAPackage("dev.penstock.core..")
                .and()
                .resideOutsideOfPackages(CORE + "platform..", CORE + "app..")
                .should()
                .callMethod(java.time.Instant.class, "now")
                .orShould()
                .callMethod(System.class, "getenv")
                .orShould()
                .callMethod(System.class, "getenv", String.class)
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(java.util.UUID.class, "randomUUID")
                .check(OURS);
    }

    @Test
    void constructorsTakeAtMostSevenParameters() {
        constructors()
                .that()
                .areDeclaredInClassesThat()
                .areNotRecords()
                .should(new ArchCondition<JavaConstructor>("take at most seven parameters") {
                    @Override
                    public void check(JavaConstructor constructor, ConditionEvents events) {
                        int count = constructor.getRawParameterTypes().size();
                        if (count > 7 && !constructor.getModifiers().contains(JavaModifier.PRIVATE)) {
                            events.add(SimpleConditionEvent.violated(
                                    constructor, constructor.getFullName() + " takes " + count));
                        }
                    }
                })
                .check(OURS);
    }

    @Test
    void namesAreWordsOfTheDomain() {
        var mistakes = new ArrayList<String>();
        for (JavaClass each : OURS) {
            if (each.getSimpleName().matches(".*(Util|Utils|Helper|Manager|Impl)|Abstract.*")) {
                mistakes.add(each.getName());
            }
        }
        assertThat(mistakes).isEmpty();
    }

    @Test
    void pluginsSeeNothingOfTheServer() {
        classes()
                .that()
                .resideInAPackage("dev.penstock.plugin..")
                .and()
                .resideOutsideOfPackages("dev.penstock.plugin.host..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", "org.jspecify..", "org.pf4j..", "org.slf4j..", "dev.penstock.plugin..")
                .check(OURS);
    }

    /** Classes with such an ending, and what is written inside of them. */
    private static DescribedPredicate<JavaClass> named(String... endings) {
        return DescribedPredicate.describe("named *" + String.join(", *", endings), each -> {
            String name = each.getName().substring(each.getPackageName().length() + 1);
            String outermost = name.contains("$") ? name.substring(0, name.indexOf('$')) : name;
            for (String ending : endings) {
                if (outermost.endsWith(ending)) {
                    return true;
                }
            }
            return false;
        });
    }

    private static String feature(JavaClass each) {
        if (!each.getPackageName().startsWith(CORE)) {
            return "";
        }
        String rest = each.getPackageName().substring(CORE.length());
        return rest.contains(".") ? rest.substring(0, rest.indexOf('.')) : rest;
    }
}
