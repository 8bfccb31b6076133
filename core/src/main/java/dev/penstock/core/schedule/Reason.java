package dev.penstock.core.schedule;

/** Why a pipeline did not start: one sentence, and by its code what to do about it. */
record Reason(Code code, String message) {

    /** A stable word for programs, with what a person can do. */
    enum Code {
        UP_TO_DATE("Commit a change, or trigger it."),
        ALL_IGNORED("Change the filter of the material, or trigger it."),
        FIRST_STAGE_MANUAL("Trigger it, or let changes start its first stage."),
        NO_REVISION("Wait for the look at the material, or ask for one; when it fails, correct what it says."),
        UPSTREAM_NOT_PASSED("Let the upstream stage pass once."),
        PAUSED("Unpause it."),
        FIRST_STAGE_ACTIVE("Wait until that stage ends, or cancel it: the changes are then built together."),
        NO_MATCHING_AGENT("Enable an agent with the resources that its first stage needs."),
        INTERNAL("See the server's log; it is tried again in a minute.");

        private final String remedy;

        Code(String remedy) {
            this.remedy = remedy;
        }

        String remedy() {
            return remedy;
        }
    }
}
