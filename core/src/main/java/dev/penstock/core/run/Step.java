package dev.penstock.core.run;

/**
 * What an event means for something that has a life: a new state, or none.
 *
 * @param <S> the sealed family of its states
 */
public sealed interface Step<S> {

    /** It goes to this state, which may be the same with newer facts, such as a renewed lease. */
    record To<S>(S state) implements Step<S> {}

    /** Nothing changes; the message says why, for the one who asked. */
    record Stay<S>(Why why, String message) implements Step<S> {}

    /** Why an event changes nothing. */
    enum Why {
        /** The same was said before and counted then: the one who repeats it may be told that all is well. */
        REPEATED,
        /** It comes from an agent or attempt that does not hold the job any more. */
        FENCED,
        /** It makes no sense in this state. */
        NOT_NOW
    }
}
