import { SENSITIVITIES, type Sensitivity } from "./classification.ts";

/* Every table of the database, column by column. A new column fails a test until it is classified. */

export interface TableClass {
  readonly purpose: string;
  /** How long its rows stay. */
  readonly retention: string;
  /** Names separated by spaces. */
  readonly public?: string;
  readonly personal?: string;
  readonly secret?: string;
}

const WITH_THE_RESOURCE = "until the SCIM client deletes the resource";
const NO_END = "without end";

export const TABLES: Readonly<Record<string, TableClass>> = {
  users: {
    purpose: "people, as the SCIM client wrote them",
    retention: WITH_THE_RESOURCE,
    public: "id source_id version active created_at modified_at person_id digits_version search_version",
    personal:
      "user_name user_name_key display_name_key external_id employee_number_key manager_ref email_keys digit_keys search_keys document",
  },
  persons: {
    purpose: "people with several records, merged",
    retention: "until the last of its records is deleted, or they are separated",
    public:
      "id source_id version active manager_source_id record_ids left_sources rules created_at modified_at",
    personal:
      "user_name user_name_key display_name_key external_id employee_number_key manager_ref email_keys document",
  },
  person_joins: {
    purpose: "records of several sources that may be the same person, and the decision",
    retention: NO_END,
    public: "id record_id person_id matched state made_at decided_at",
    // Which operator.
    personal: "decided_by",
  },
  scheduled_changes: {
    purpose: "changes of a person that are due on a later day",
    retention: WITH_THE_RESOURCE,
    public: "id resource source_id kind received_at state settled_at event_id standing",
    personal: "day zone due_at patch",
  },
  schedule_rules: {
    purpose: "the rules that dates were last read with",
    retention: NO_END,
    public: "single version failed failed_since",
  },
  groups: {
    purpose: "groups, as the SCIM client wrote them",
    retention: WITH_THE_RESOURCE,
    public: "id source_id version display_name display_name_key external_id created_at modified_at",
    // A group may name its managers.
    personal: "document",
  },
  group_members: {
    purpose: "who is in a group",
    retention: WITH_THE_RESOURCE,
    public: "group_id",
    personal: "user_id",
  },
  group_children: { purpose: "groups in groups", retention: WITH_THE_RESOURCE, public: "group_id child_id" },
  group_ancestors: {
    purpose: "groups in groups, through all levels",
    retention: WITH_THE_RESOURCE,
    public: "group_id ancestor_id",
  },
  resource_counts: {
    purpose: "totals of lists",
    retention: NO_END,
    public: "source_id kind slot count removed",
  },

  history: {
    purpose: "evidence: who changed what, and how DingTalk answered",
    retention: "7 years; values 2 years; values of leavers 90 days; reads and sign-ins 180 days",
    public:
      "id at code source_id request_id causes subject_kind subject target attempt outcome attributes members",
    // `actor` and `detail` may name who of the operators acted.
    personal: "actor changes sealed detail",
  },

  subject_keys: {
    purpose: "keys of people, groups and departments, under which their values in the history are encrypted",
    retention: "until the person is erased",
    public: "subject kind ref made_at destroyed_at",
    secret: "wrapped",
  },

  history_log: {
    purpose: "state of the history as a log",
    retention: NO_END,
    public: "single origin size looked_at checked_at check_began_at fault",
  },
  history_log_keys: {
    purpose: "public keys that the log is signed with",
    retention: NO_END,
    public: "vkey since until",
  },
  // An entry names actor and event, and commits to the rest by hashes.
  history_leaves: {
    purpose: "entries of the log",
    retention: NO_END,
    public: "index event",
    personal: "entry",
  },
  history_tiles: { purpose: "hashes of the log", retention: NO_END, public: "level index hashes" },
  history_checkpoints: {
    purpose: "signed checkpoints of the log",
    retention: NO_END,
    public: "id at size note published_at",
  },

  encryption_key: { purpose: "which key wraps the others", retention: NO_END, public: "single id since" },

  personal_reads: {
    purpose: "events that record who read a person's values",
    retention: "as its event",
    public: "subject event",
  },
  erasures: {
    purpose: "people whose values were erased, so that they are erased again after a restore",
    retention: NO_END,
    public: "subject basis erased_at",
    personal: "erased_by",
  },
  retention_marks: {
    purpose: "position of each retention job in the history",
    retention: NO_END,
    public: "job event",
  },
  legal_holds: {
    purpose: "people whose values no job may remove",
    retention: "until it is released",
    public: "subject held_at",
    personal: "reason held_by",
  },

  entity_states: {
    purpose: "the queue: open work, and why an entity is blocked",
    retention: "while the entity exists",
    public:
      "target kind entity_id state reason_code remedy priority attempts next_at due_since settled_at latency_ms desired_generation observed_generation causes waiting_on awaited lease leased_until intent worker recheck_at in_hold",
    personal: "reason last_answer cause notes holder planned refused manager_key",
  },
  links: {
    purpose: "our objects at DingTalk, and their last known state",
    retention: "until the object is gone from DingTalk",
    public:
      "target kind entity_id status presence containers observed_at created_at adopted fresh strangers grace_since grace_until grace_counted grace_ended",
    personal: "remote_id attributes unshown invitation",
  },
  hints: {
    purpose: "events of DingTalk: which object changed, without values",
    retention: "7 days",
    public: "target event_id kind type received_at outcome entity_id look",
    personal: "remote_id",
  },
  newcomer_notes: {
    purpose: "new people in DingTalk, and whether their manager was notified",
    retention: "30 days",
    public: "target entity_id outcome came_at state attempts next_at",
  },
  listening: {
    purpose: "state of the connection that receives events of DingTalk",
    retention: NO_END,
    public: "target state since failures ended_by reason heard_at event_at seen_at",
  },
  hint_figures: {
    purpose: "share of the changes in DingTalk that came as events",
    retention: "30 days",
    public: "target at heard missed",
  },
  removed_people: {
    purpose: "restores people who were removed by mistake",
    retention: "30 days",
    public: "target entity_id counted restoring at",
    personal: "remote_id attributes",
  },
  adoptions: {
    purpose: "objects in DingTalk that may be the same as ours, and the decision",
    retention: NO_END,
    public: "id target kind entity_id tier matched state released listed seen made_at decided_at",
    personal: "remote_id entity_name remote_name remote_title remote_departments decided_by",
  },
  assessments: {
    purpose: "the last assessment",
    retention: "until the next one",
    public: "target state asked_at ended_at",
    personal: "reason report",
  },
  departments: {
    purpose: "the desired tree of departments",
    retention: "while the department is needed",
    public:
      "id target parent_id name path_key external present managed anchor settles_at origin name_key ordinal",
    personal: "settings",
  },
  placements: {
    purpose: "the target of each group",
    retention: "while the group exists",
    public: "target group_id kind department_id name reason",
    personal: "managers managers_key",
  },
  person_departments: {
    purpose: "departments derived from attributes",
    retention: "while the person is in the directory",
    public: "target department_id main external",
    personal: "user_id managers managers_key settings stated",
  },

  guard_acts: {
    purpose: "changes that the limits of the policy count",
    retention: "the longest window of a limit",
    public: "target limit_name kind entity_id at since",
    // Of values: an attribute with the digest of the value.
    personal: "key",
  },
  // The key is an attribute with the digest of a value.
  guard_values: {
    purpose: "how often a value was set",
    retention: "two hours",
    public: "target n before since",
    personal: "key",
  },
  guard_bases: {
    purpose: "entities at the start of a window",
    retention: NO_END,
    public: "target kind hours present counted_at",
  },
  source_figures: {
    purpose: "detects a source that lost most of its people",
    retention: "while the source exists",
    public: "target source_id active spoke_at counted_at active_now only_removals looked_at",
  },
  holds: {
    purpose: "changes that a limit holds, and who decided",
    retention: NO_END,
    public:
      "id target limit_name state hours allowed present passed policy denies opened_at expires_at closed_at mapping detail",
    personal: "approvals",
  },
  hold_members: {
    purpose: "held entities",
    retention: NO_END,
    public: "hold_id target kind entity_id key action generation causes done at",
  },

  incidents: {
    purpose: "problems that need an operator",
    retention: "180 days after it was closed",
    public:
      "id target key kind code class count detail opened_at acknowledged_at closed_at reminders remind_at",
    personal: "acknowledged_by",
  },
  evidence_packs: {
    purpose: "ordered evidence packs",
    retention: "30 days, the five newest",
    public: "id period_from period_to sample seed ordered_at expires_at seen_at state made_at bytes pieces",
  },
  // Events without the values of people. They name who acted, as the history does.
  evidence_pieces: {
    purpose: "contents of evidence packs",
    retention: "as its pack",
    public: "pack_id place",
    personal: "content",
  },
  incident_deliveries: {
    purpose: "messages about incidents",
    retention: "180 days",
    public: "id incident_id channel message state attempts created_at next_at attempted_at sent_at error",
  },
  alert_watches: {
    purpose: "state of the incident check between two runs",
    retention: NO_END,
    public: "target looked_at memory",
  },
  alert_signals: {
    purpose: "counts of refused credentials",
    retention: "a day after the last one",
    public: "target code source_id count first_at last_at",
    // An address of a caller, where no token is known.
    personal: "key",
  },

  sources: { purpose: "SCIM clients", retention: NO_END, public: "id name kind created_at last_request_at" },
  source_traffic: {
    purpose: "numbers of SCIM requests",
    retention: "eight days",
    public: "source_id at requests refused failed",
  },
  tokens: {
    purpose: "access tokens of programs",
    retention: NO_END,
    public: "id source_id name scopes created_at expires_at last_used_at revoked_at",
    secret: "secret_hash",
  },
  trusts: {
    purpose: "workloads whose signed assertions are accepted",
    retention: NO_END,
    public:
      "id source_id name issuer subject audiences tenant_id jwks_url scopes created_at last_used_at removed_at",
  },
  used_assertions: {
    purpose: "prevents replay of an assertion",
    retention: "a day after it expired",
    public: "expires_at",
    secret: "digest",
  },
  signing_keys: {
    purpose: "keys that sign access tokens",
    retention: NO_END,
    public: "id created_at",
    secret: "private_jwk",
  },
  sessions: {
    purpose: "who is signed in to the dashboard",
    retention: "a day after the session ended",
    public:
      "id token_id source_id roles scopes opened_at used_at expires_at authenticated_at checked_at tried_at",
    personal: "actor name",
    secret: "secret_hash sealed_refresh",
  },
  operators: {
    purpose: "names of people who signed in, shown with their actions",
    retention: "180 days after the last sign-in (RETAIN_ACCESS_DAYS)",
    public: "seen_at",
    personal: "actor name",
  },
  login_links: {
    purpose: "one-time links for signing in",
    retention: "until it is used, or a day after it expired",
    public: "id role expires_at",
    personal: "made_by",
    secret: "secret_hash",
  },

  target_states: {
    purpose: "a target's pause, mode and organisation",
    retention: NO_END,
    public:
      "target organisation mapping_version mode policy_version paused_until pause_reason pause_code pause_problems checked_at swept_at halted_at ordered_mode written_mapping written_policy written_limits written_leavers marked",
    personal: "halted_by halt_reason",
  },
  lost_periods: {
    purpose: "periods that are missing after a restore",
    retention: NO_END,
    public: "target since until noticed_at",
  },
  loop_processes: {
    purpose: "processes that run the reconcile loop",
    retention: "a minute after the last heartbeat",
    public: "id target mode mapping_version policy_version settings state problems started_at seen_at",
  },
  rate_limits: {
    purpose: "rate limit of each DingTalk API",
    retention: NO_END,
    public: "target api free_at blocked_until reason calls",
  },
  feed_order: {
    purpose: "state of the feed's numbering",
    retention: NO_END,
    public: "single last began_at ordered_at swept_at",
  },
  feed_positions: {
    purpose: "the order of events in the feed",
    retention: NO_END,
    public: "position event_id",
  },
  feed_cursors: {
    purpose: "position of each consumer of the feed",
    retention: NO_END,
    public: "consumer position acknowledged lease leased_until attempts next_at error moved_at",
  },
  kpi_hours: {
    purpose: "hourly figures",
    retention: "three years",
    public: "target hour figures final made_at",
  },
  meters: { purpose: "counters", retention: NO_END, public: "target name labels value" },
  shared_tokens: {
    purpose: "the access token of DingTalk",
    retention: "until it expires",
    public: "name expires_at",
    secret: "value",
  },
};

/** Columns of a table with their class, in the order of the lists. */
export const columnsOf = (table: TableClass): readonly (readonly [string, Sensitivity])[] =>
  SENSITIVITIES.flatMap((sensitivity) =>
    (table[sensitivity] ?? "")
      .split(" ")
      .filter((name) => name !== "")
      .map((name) => [name, sensitivity] as const),
  );
