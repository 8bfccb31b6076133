package dev.penstock.core.config.parse;

import dev.penstock.core.config.model.PipelineDefinition;
import dev.penstock.core.platform.error.Violation;
import dev.penstock.plugin.Secret;
import java.util.List;

/** What came of reading a text. */
public sealed interface Parsed {

    /**
     * The text is right by itself; whether other pipelines are as it says is not known yet.
     *
     * @param notes what a person should know about parts that were passed over
     */
    record Ok(List<Document> documents, List<Violation> notes) implements Parsed {
        public Ok {
            documents = List.copyOf(documents);
            notes = List.copyOf(notes);
        }
    }

    /**
     * The text has mistakes: all of them.
     *
     * @param documents what could be read, with harmless parts in place of broken ones
     */
    record Broken(List<Document> documents, List<Violation> violations) implements Parsed {
        public Broken {
            documents = List.copyOf(documents);
            violations = List.copyOf(violations);
        }
    }

    /**
     * One pipeline of a text.
     *
     * @param written as written, with parameters in its texts
     * @param resolved with the parameters' values
     * @param fresh values of secrets that are not stored yet: the reference -1 stands for the first, -2 for the second
     * @param places where the parts stand in the text
     */
    record Document(PipelineDefinition written, PipelineDefinition resolved, List<Secret> fresh, Places places) {
        public Document {
            fresh = List.copyOf(fresh);
        }
    }
}
