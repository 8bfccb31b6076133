package dev.penstock.agent;

import java.util.Optional;

/** The version of this program. */
final class Version {
    private Version() {}

    /** From the jar's manifest; {@code development} when there is none. */
    static String text() {
        return Optional.ofNullable(Version.class.getPackage())
                .map(Package::getImplementationVersion)
                .orElse("development");
    }
}
