-- Penstock's first schema. Rules: states are text and guarded by CHECKs that repeat the sealed types; only a store's
-- apply() writes a state column; names have a canonical key column (lower case); times are the database's.

CREATE TABLE installation (
    only_one   boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    id         uuid        NOT NULL DEFAULT gen_random_uuid(),
    created_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO installation DEFAULT VALUES;

-- secrets -----------------------------------------------------------------------------------------------------------

CREATE TABLE secret (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    scope      text        NOT NULL,               -- such as pipeline:7, hook:3: part of the associated data
    ciphertext text        NOT NULL,               -- ps1:<key id>:<nonce>:<ciphertext>
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE signing_key (
    kid         text PRIMARY KEY,
    public_jwk  text        NOT NULL,
    private_key text        NOT NULL,              -- encrypted under the master key
    created_at  timestamptz NOT NULL DEFAULT now(),
    retired_at  timestamptz
);

-- configuration -----------------------------------------------------------------------------------------------------

CREATE TABLE pipeline_group (
    name_key   text PRIMARY KEY,
    name       text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CHECK (name_key = lower(name))
);

-- A resolved definition (templates and parameters expanded): what runs keep. Immutable, shared, found by its hash.
CREATE TABLE resolved_definition (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sha256     text NOT NULL UNIQUE,
    definition json NOT NULL                       -- in its order: people see options as they wrote them
);

CREATE TABLE pipeline (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name          text        NOT NULL,
    name_key      text        NOT NULL UNIQUE,
    group_key     text        NOT NULL REFERENCES pipeline_group,
    display_order integer     NOT NULL DEFAULT -1,
    version       integer     NOT NULL,
    definition_id bigint      NOT NULL REFERENCES resolved_definition,
    run_counter   bigint      NOT NULL DEFAULT 0,  -- its row lock is the pipeline's mutex
    paused_at     timestamptz,
    paused_by     text,
    pause_reason  text,
    created_at    timestamptz NOT NULL DEFAULT now(),
    deleted_at    timestamptz,                     -- a pipeline made again under its name goes on counting
    CHECK (name_key = lower(name)),
    CHECK ((paused_at IS NULL) = (paused_by IS NULL))
);
CREATE INDEX pipeline_by_group ON pipeline (group_key) WHERE deleted_at IS NULL;

CREATE TABLE pipeline_version (
    pipeline_id   bigint      NOT NULL REFERENCES pipeline,
    version       integer     NOT NULL,
    definition    json        NOT NULL,            -- as written, in its order, before expansion
    definition_id bigint      NOT NULL REFERENCES resolved_definition,
    saved_by      text        NOT NULL,
    saved_at      timestamptz NOT NULL DEFAULT now(),
    comment       text        NOT NULL DEFAULT '',
    restored_from integer,
    deleted       boolean     NOT NULL DEFAULT false,
    PRIMARY KEY (pipeline_id, version)
);

-- Which other pipelines the current definition of a pipeline names: upstream materials and fetched artifacts.
CREATE TABLE pipeline_reference (
    pipeline_id bigint  NOT NULL REFERENCES pipeline ON DELETE CASCADE,
    other_key   text    NOT NULL,                  -- name_key of the other, which need not be known while saving
    stage_key   text    NOT NULL,
    material    boolean NOT NULL,                  -- an upstream material, or a fetched artifact
    pointer     text    NOT NULL,                  -- where in the definition
    PRIMARY KEY (pipeline_id, pointer)
);
CREATE INDEX pipeline_reference_by_other ON pipeline_reference (other_key);

-- materials ---------------------------------------------------------------------------------------------------------

CREATE TABLE material (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    fingerprint     text        NOT NULL UNIQUE,   -- SHA-256 of type and identity options, in hex
    type            text        NOT NULL,
    options         jsonb       NOT NULL,          -- those of the newest definition that uses it; secrets as references
    options_of      bigint REFERENCES pipeline,    -- whose definition that is, and so whose secrets
    display_name    text        NOT NULL,
    host            text,                          -- null: local
    repository      text,                          -- host/path, the same for every spelling of a URL: what hooks look for
    branch          text,                          -- null: any
    auto_update     boolean     NOT NULL DEFAULT true,
    next_check_at   timestamptz NOT NULL DEFAULT now(),
    claimed_until   timestamptz,
    last_checked_at timestamptz,
    last_success_at timestamptz,
    failures        integer     NOT NULL DEFAULT 0,
    error_kind      text,
    error_message   text,
    error_since     timestamptz,
    created_at      timestamptz NOT NULL DEFAULT now(),
    CHECK ((error_kind IS NULL) = (error_since IS NULL))
);
CREATE INDEX material_due ON material (next_check_at) WHERE auto_update;
CREATE INDEX material_claimed ON material (host) WHERE claimed_until IS NOT NULL;
CREATE INDEX material_by_repository ON material (repository) WHERE repository IS NOT NULL;

-- Dirty marker: somebody asked for a check. Cleared only up to the time that the check saw.
CREATE TABLE material_check (
    material_id  bigint PRIMARY KEY REFERENCES material ON DELETE CASCADE,
    requested_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    cause        text        NOT NULL
);

-- Which materials the current definition of a pipeline uses.
CREATE TABLE pipeline_material (
    pipeline_id bigint  NOT NULL REFERENCES pipeline ON DELETE CASCADE,
    position    integer NOT NULL,
    material_id bigint  NOT NULL REFERENCES material,
    auto_update boolean NOT NULL DEFAULT true,     -- a material is polled when one of its pipelines wants it
    PRIMARY KEY (pipeline_id, position)
);
CREATE INDEX pipeline_material_by_material ON pipeline_material (material_id);

CREATE TABLE modification (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,  -- the order of arrival, which is the order that counts
    material_id bigint      NOT NULL REFERENCES material,
    revision    text        NOT NULL,
    author      text        NOT NULL,
    comment     text        NOT NULL,
    authored_at timestamptz NOT NULL,
    ingested_at timestamptz NOT NULL DEFAULT now(),
    files       jsonb       NOT NULL DEFAULT '[]'
);
CREATE INDEX modification_by_material ON modification (material_id, id DESC);
CREATE INDEX modification_by_revision ON modification (material_id, revision);

CREATE TABLE material_event (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    material_id bigint      NOT NULL REFERENCES material ON DELETE CASCADE,
    kind        text        NOT NULL,              -- HISTORY_REWRITTEN, BRANCH_DELETED, FAILED, RECOVERED
    message     text        NOT NULL,
    at          timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX material_event_by_material ON material_event (material_id, id DESC);

CREATE TABLE hook (
    id          uuid PRIMARY KEY,
    host_kind   text        NOT NULL CHECK (host_kind IN ('GITHUB', 'GITLAB', 'GITEA', 'BITBUCKET')),
    secret_id   bigint      NOT NULL REFERENCES secret,
    description text        NOT NULL,
    created_by  text        NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz
);
CREATE TABLE hook_delivery (
    hook_id     uuid        NOT NULL REFERENCES hook ON DELETE CASCADE,
    delivery_id text        NOT NULL,
    at          timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (hook_id, delivery_id)
);
CREATE INDEX hook_delivery_by_time ON hook_delivery (at);

-- scheduling --------------------------------------------------------------------------------------------------------

-- Dirty marker: look whether this pipeline has to run; not before that time. No foreign key: whoever sets markers for
-- many pipelines must not wait for the locks of their rows.
CREATE TABLE schedule_request (
    pipeline_id  bigint PRIMARY KEY,
    requested_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- How far the runs of a pipeline have got in the history of a material: each modification is among the changes of one run.
CREATE TABLE pipeline_progress (
    pipeline_id     bigint NOT NULL REFERENCES pipeline ON DELETE CASCADE,
    material_id     bigint NOT NULL REFERENCES material,
    modification_id bigint NOT NULL REFERENCES modification, -- the newest that a run has had
    ignored_up_to   bigint,                        -- everything after that one up to this one is ignored by the filter
    ignored_by      bigint,                        -- of this resolved definition
    PRIMARY KEY (pipeline_id, material_id),
    CHECK ((ignored_up_to IS NULL) = (ignored_by IS NULL))
);

-- Why a pipeline did not start when it was last looked at.
CREATE TABLE schedule_outcome (
    pipeline_id bigint PRIMARY KEY REFERENCES pipeline ON DELETE CASCADE,
    code        text        NOT NULL,
    message     text        NOT NULL,
    at          timestamptz NOT NULL DEFAULT now()
);

-- Somebody asked for a run; ends in a run or a refusal.
CREATE TABLE trigger_request (
    id           uuid PRIMARY KEY,
    pipeline_id  bigint      NOT NULL REFERENCES pipeline,
    requested_by text        NOT NULL,
    requested_at timestamptz NOT NULL DEFAULT now(),
    body         jsonb       NOT NULL,             -- secret values as references
    state        text        NOT NULL CHECK (state IN ('WAITING', 'STARTED', 'REFUSED')),
    run_id       bigint,
    code         text,
    message      text,
    ended_at     timestamptz,
    CHECK ((state = 'STARTED') = (run_id IS NOT NULL)),
    CHECK ((state = 'REFUSED') = (code IS NOT NULL)),
    CHECK ((state = 'WAITING') = (ended_at IS NULL))
);
CREATE INDEX trigger_request_waiting ON trigger_request (pipeline_id, requested_at) WHERE state = 'WAITING';
CREATE INDEX trigger_request_ended ON trigger_request (ended_at) WHERE ended_at IS NOT NULL; -- the oldest are removed

-- runs --------------------------------------------------------------------------------------------------------------

CREATE TABLE pipeline_run (
    id                 bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    pipeline_id        bigint      NOT NULL REFERENCES pipeline,
    counter            bigint      NOT NULL,
    label              text        NOT NULL,
    definition_id      bigint      NOT NULL REFERENCES resolved_definition,
    definition_version integer     NOT NULL,
    cause_kind         text        NOT NULL CHECK (cause_kind IN ('COMMIT', 'MANUAL', 'TIMER', 'UPSTREAM')),
    cause_by           text        NOT NULL,       -- "changes", "timer", or who asked
    cause_message      text        NOT NULL,
    overrides          jsonb       NOT NULL DEFAULT '[]', -- variables given at the start; secrets as references
    state              text        NOT NULL CHECK (state IN ('ACTIVE', 'WAITING', 'PASSED', 'FAILED', 'CANCELLED')),
    wait_code          text CHECK (wait_code IN ('APPROVAL', 'PAUSED', 'STAGE_BUSY', 'SUPERSEDED')),
    wait_stage_key     text,                       -- the stage that would come next
    superseded_by      bigint,                     -- the counter of the newer run that got the stage in its place
    created_at         timestamptz NOT NULL DEFAULT now(),
    ended_at           timestamptz,
    comment            text,
    UNIQUE (pipeline_id, counter),
    CHECK ((state IN ('PASSED', 'FAILED', 'CANCELLED')) = (ended_at IS NOT NULL)),
    CHECK ((state = 'WAITING') = (wait_code IS NOT NULL)),
    CHECK ((wait_code IS NULL) = (wait_stage_key IS NULL)),
    CHECK ((wait_code IS NOT DISTINCT FROM 'SUPERSEDED') = (superseded_by IS NOT NULL))
);
CREATE INDEX pipeline_run_stage_busy ON pipeline_run (pipeline_id, wait_stage_key) WHERE wait_code = 'STAGE_BUSY';
CREATE INDEX pipeline_run_newest ON pipeline_run (pipeline_id, id DESC); -- ids and counters of a pipeline grow together
CREATE INDEX pipeline_run_by_state ON pipeline_run (state, id DESC);

CREATE TABLE pipeline_run_material (
    pipeline_run_id      bigint  NOT NULL REFERENCES pipeline_run ON DELETE CASCADE,
    position             integer NOT NULL,         -- as in the definition
    material_id          bigint  NOT NULL REFERENCES material,
    modification_id      bigint  NOT NULL REFERENCES modification,
    from_modification_id bigint  NOT NULL REFERENCES modification, -- the oldest that is new in this run
    changed              boolean NOT NULL,
    PRIMARY KEY (pipeline_run_id, position)
);
CREATE INDEX pipeline_run_material_by_modification ON pipeline_run_material (material_id, modification_id);

CREATE TABLE stage_run (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    pipeline_run_id  bigint      NOT NULL REFERENCES pipeline_run ON DELETE CASCADE,
    pipeline_id      bigint      NOT NULL REFERENCES pipeline,
    name             text        NOT NULL,
    name_key         text        NOT NULL,
    position         integer     NOT NULL,
    counter          integer     NOT NULL,
    state            text        NOT NULL CHECK (state IN ('BUILDING', 'FAILING', 'PASSED', 'FAILED', 'CANCELLED')),
    approved_by      text        NOT NULL,
    rerun_of_counter integer,
    latest           boolean     NOT NULL DEFAULT true,
    scheduled_at     timestamptz NOT NULL DEFAULT now(),
    ended_at         timestamptz,
    cancelled_by     text,
    keep_artifacts   boolean     NOT NULL DEFAULT false,
    artifacts_deleted_at timestamptz,
    UNIQUE (pipeline_run_id, name_key, counter),
    CHECK ((state IN ('PASSED', 'FAILED', 'CANCELLED')) = (ended_at IS NOT NULL))
);
-- Within one pipeline a stage of one name runs at most once at a time.
CREATE UNIQUE INDEX stage_run_active ON stage_run (pipeline_id, name_key) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX stage_run_latest ON stage_run (pipeline_run_id, name_key) WHERE latest;
CREATE INDEX stage_run_history ON stage_run (pipeline_id, name_key, id DESC);

CREATE TABLE job_run (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    stage_run_id    bigint      NOT NULL REFERENCES stage_run ON DELETE CASCADE,
    pipeline_run_id bigint      NOT NULL REFERENCES pipeline_run ON DELETE CASCADE,
    pipeline_id     bigint      NOT NULL REFERENCES pipeline,
    name            text        NOT NULL,          -- of the instance: job, job-runOnAll-1, job-runInstance-2
    name_key        text        NOT NULL,
    job_name        text        NOT NULL,          -- of the definition
    kind            text        NOT NULL CHECK (kind IN ('ONE', 'ALL_AGENTS', 'COUNT')),
    run_index       integer     NOT NULL DEFAULT 1,
    run_count       integer     NOT NULL DEFAULT 1,
    copied_from_id  bigint REFERENCES job_run,     -- not run again in this re-run: artifacts and console are the other's
    pinned_agent_id uuid,
    pinned_agent_name text,                        -- of a run-on-all instance, also when its host was down
    requires        text[]      NOT NULL DEFAULT '{}', -- resources, lower case
    environment     text,
    priority        integer     NOT NULL DEFAULT 0,
    rerun_policy    text        NOT NULL CHECK (rerun_policy IN ('RERUN', 'ASK')),
    max_reruns      integer     NOT NULL DEFAULT 0,
    queue_timeout_seconds integer NOT NULL DEFAULT 0,
    state           text        NOT NULL
        CHECK (state IN ('SCHEDULED', 'ASSIGNED', 'RUNNING', 'CANCELLING', 'LOST', 'FINISHED')),
    phase           text CHECK (phase IN ('PREPARING', 'BUILDING', 'COMPLETING')),
    since           timestamptz NOT NULL DEFAULT now(),
    attempt         integer     NOT NULL DEFAULT 0, -- the fencing number: grows with each claim
    agent_id        uuid,
    lease_until     timestamptz,
    result          text CHECK (result IN ('PASSED', 'FAILED', 'CANCELLED')),
    reason          text,
    message         text,
    wait_reason     text,                          -- why it waits, as last seen by the dispatcher
    cancelled_by    text,
    scheduled_at    timestamptz NOT NULL DEFAULT now(),
    assigned_at     timestamptz,
    building_at     timestamptz,
    ended_at        timestamptz,
    UNIQUE (stage_run_id, name_key),
    CHECK ((state IN ('ASSIGNED', 'RUNNING', 'CANCELLING')) = (lease_until IS NOT NULL)),
    CHECK (state NOT IN ('ASSIGNED', 'RUNNING', 'CANCELLING', 'LOST') OR agent_id IS NOT NULL),
    CHECK ((state = 'RUNNING') = (phase IS NOT NULL)),
    CHECK ((state = 'FINISHED') = (result IS NOT NULL)),
    CHECK ((state = 'FINISHED') = (ended_at IS NOT NULL))
);
CREATE INDEX job_run_waiting ON job_run (priority DESC, id) WHERE state = 'SCHEDULED';
CREATE INDEX job_run_held ON job_run (lease_until) WHERE state IN ('ASSIGNED', 'RUNNING', 'CANCELLING');
-- An agent never has two jobs, whichever servers give it work.
CREATE UNIQUE INDEX job_run_by_agent ON job_run (agent_id) WHERE state IN ('ASSIGNED', 'RUNNING', 'CANCELLING');
CREATE INDEX job_run_by_pipeline_run ON job_run (pipeline_run_id);
CREATE INDEX job_run_lost ON job_run (pipeline_run_id) WHERE state = 'LOST'; -- they wait for a person

-- One go at a job by one agent. Stays in the history with its console, also when it was fenced.
CREATE TABLE job_attempt (
    job_run_id  bigint      NOT NULL REFERENCES job_run ON DELETE CASCADE,
    attempt     integer     NOT NULL,
    agent_id    uuid        NOT NULL,
    agent_name  text        NOT NULL,
    assigned_at timestamptz NOT NULL DEFAULT now(),
    ended_at    timestamptz,
    outcome     text CHECK (outcome IN ('PASSED', 'FAILED', 'CANCELLED', 'LOST', 'REVOKED')),
    reason      text,
    message     text,
    phases      jsonb       NOT NULL DEFAULT '[]',
    tasks       jsonb       NOT NULL DEFAULT '[]',
    PRIMARY KEY (job_run_id, attempt),
    CHECK ((ended_at IS NULL) = (outcome IS NULL))
);
CREATE INDEX job_attempt_by_agent ON job_attempt (agent_id, assigned_at DESC);

CREATE TABLE job_transition (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    job_run_id bigint      NOT NULL REFERENCES job_run ON DELETE CASCADE,
    attempt    integer     NOT NULL,
    event      text        NOT NULL,
    state      text        NOT NULL,
    phase      text,
    by_whom    text,
    at         timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX job_transition_by_job ON job_transition (job_run_id, id);

-- console, artifacts, tests -----------------------------------------------------------------------------------------

CREATE TABLE console (
    job_run_id bigint  NOT NULL REFERENCES job_run ON DELETE CASCADE,
    attempt    integer NOT NULL,
    length     bigint  NOT NULL,                   -- of the closed console; an open one is measured in its store
    truncated  boolean NOT NULL DEFAULT false,
    complete   boolean NOT NULL DEFAULT true,      -- false: the attempt was lost before everything had arrived
    sha256     text,
    closed_at  timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz,                        -- by retention: nobody can read it any more
    leaving    boolean NOT NULL DEFAULT false,     -- deleted, and its bytes may still be there
    PRIMARY KEY (job_run_id, attempt)
);
-- Closed, and not yet compressed and hashed.
CREATE INDEX console_raw ON console (closed_at) WHERE sha256 IS NULL;
CREATE INDEX console_leaving ON console (job_run_id) WHERE leaving;

CREATE TABLE blob (
    sha256       text PRIMARY KEY,
    size         bigint      NOT NULL,
    uploaded_at  timestamptz NOT NULL DEFAULT clock_timestamp(), -- last: also when it was there already
    unreferenced boolean     NOT NULL DEFAULT true               -- a hint where to look; the foreign key below decides
);
CREATE INDEX blob_unreferenced ON blob (uploaded_at) WHERE unreferenced;

CREATE TABLE artifact (
    job_run_id bigint  NOT NULL REFERENCES job_run ON DELETE CASCADE,
    path       text    NOT NULL,
    sha256     text    NOT NULL REFERENCES blob,
    size       bigint  NOT NULL,
    test       boolean NOT NULL DEFAULT false,
    PRIMARY KEY (job_run_id, path)
);
CREATE INDEX artifact_by_blob ON artifact (sha256);

-- Marker: this stage run has artifacts. What retention looks through, so that a long history costs it nothing.
CREATE TABLE stage_artifacts (
    stage_run_id bigint PRIMARY KEY REFERENCES stage_run ON DELETE CASCADE
);

-- Dirty marker: this job has published reports that nobody has read yet.
CREATE TABLE test_report_request (
    job_run_id   bigint PRIMARY KEY REFERENCES job_run ON DELETE CASCADE,
    requested_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE test_report (
    job_run_id bigint PRIMARY KEY REFERENCES job_run ON DELETE CASCADE,
    total      integer NOT NULL,
    failed     integer NOT NULL,
    errors     integer NOT NULL,
    skipped    integer NOT NULL,
    seconds    double precision NOT NULL,
    problems   jsonb   NOT NULL DEFAULT '[]'       -- reports that could not be read, and why
);
CREATE TABLE test_case (
    job_run_id bigint  NOT NULL REFERENCES job_run ON DELETE CASCADE,
    ordinal    integer NOT NULL,
    suite      text    NOT NULL,
    name       text    NOT NULL,
    status     text    NOT NULL CHECK (status IN ('PASSED', 'FAILED', 'ERROR', 'SKIPPED')),
    seconds    double precision NOT NULL,
    message    text,
    detail     text,
    PRIMARY KEY (job_run_id, ordinal)
);

-- agents ------------------------------------------------------------------------------------------------------------

CREATE TABLE agent (
    id              uuid PRIMARY KEY,
    public_jwk      text        NOT NULL,
    key_fingerprint text        NOT NULL,
    state           text        NOT NULL CHECK (state IN ('PENDING', 'ENABLED', 'DISABLED')),
    generation      integer     NOT NULL DEFAULT 1, -- tokens of an older one are refused
    host_name       text        NOT NULL,
    ip_address      text        NOT NULL,
    operating_system text       NOT NULL,
    os_user         text        NOT NULL,
    working_directory text      NOT NULL,
    free_bytes      bigint      NOT NULL,
    agent_version   text        NOT NULL,
    protocol_version integer    NOT NULL,
    resources       text[]      NOT NULL DEFAULT '{}', -- as written; compared in lower case
    environments    text[]      NOT NULL DEFAULT '{}',
    registered_at   timestamptz NOT NULL DEFAULT now(),
    enabled_by      text,
    last_seen_at    timestamptz NOT NULL DEFAULT now(),
    deleted_at      timestamptz
);

CREATE TABLE agent_assertion (
    jti        text PRIMARY KEY,
    expires_at timestamptz NOT NULL
);

CREATE TABLE auto_register_key (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key_sha256   text        NOT NULL UNIQUE,
    last_four    text        NOT NULL,
    description  text        NOT NULL,
    resources    text[]      NOT NULL DEFAULT '{}', -- given besides those that the agent asks for
    environments text[]      NOT NULL DEFAULT '{}',
    uses_left    integer,                          -- null: any number
    expires_at   timestamptz NOT NULL,
    created_by   text        NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    revoked_at   timestamptz
);

-- facts, audit, repeated requests -----------------------------------------------------------------------------------

-- Facts, in order. Readers stop before pg_snapshot_xmin(pg_current_snapshot()), so that none that commits late is missed.
CREATE TABLE event (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    xid     xid8        NOT NULL DEFAULT pg_current_xact_id(),
    subject text        NOT NULL,                  -- such as pipeline/deploy, run/deploy/42, agent/<uuid>
    kind    text        NOT NULL,                  -- such as job.finished
    body    jsonb       NOT NULL,
    at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX event_in_order ON event (xid, id);

CREATE TABLE audit (
    seq     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at      timestamptz NOT NULL DEFAULT now(),
    actor   text        NOT NULL,
    action  text        NOT NULL,                  -- such as pipeline.save
    object  text        NOT NULL,                  -- such as pipeline/deploy
    outcome text        NOT NULL DEFAULT 'DONE',
    detail  jsonb       NOT NULL DEFAULT '{}'
);

CREATE TABLE idempotency (
    key            text        NOT NULL,
    principal      text        NOT NULL,
    request_sha256 text        NOT NULL,           -- method, path and body: the same key for another request is refused
    status         integer,                        -- null while the first request is still under way
    headers        jsonb,
    body           text,
    created_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (principal, key)
);
CREATE INDEX idempotency_by_time ON idempotency (created_at);
