package dev.penstock.core.insight;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A job with its attempts.
 *
 * @param remedy what a person can do so that it goes on; null when nothing is to be done
 * @param variables of pipeline, stage and job, and those given at the start; without those that the server sets
 * @param attempts newest first; of a job that was taken over, those of the job that ran
 */
record JobDetail(
        @JsonUnwrapped JobPlace place,
        @JsonUnwrapped Job job,
        @Nullable String remedy,
        List<VariableView> variables,
        List<Attempt> attempts) {}
