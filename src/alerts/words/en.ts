import { ENGLISH_REASONS } from "../../words/reasons/en.ts";
import { type Catalogue, partsOf } from "./words.ts";

const many = (count: number, one: string, more: string): string =>
  `${count.toLocaleString("en")} ${count === 1 ? one : more}`;

export const ENGLISH: Catalogue = {
  language: "en",
  comma: ", ",
  brackets: [" (", ")"],
  labels: {
    since: "Since",
    lasted: "Lasted",
    goesOnFor: "Goes on for",
    code: "Code",
    names: "Among them",
    remedy: "What to do",
    link: "Open the dashboard",
  },
  occasions: { opened: "", reminder: "Still: ", closed: "Over: ", test: "", checkpoint: "" },
  duration(ms) {
    const { days, hours, minutes } = partsOf(ms);
    const parts = [
      days > 0 && many(days, "day", "days"),
      hours > 0 && many(hours, "hour", "hours"),
      minutes > 0 && many(minutes, "minute", "minutes"),
    ];
    return parts.filter((part) => part !== false).join(" ");
  },
  counted(counts) {
    const { user = 0, group = 0, department = 0, role = 0 } = counts;
    const parts = [
      user > 0 && many(user, "person", "people"),
      department > 0 && many(department, "department", "departments"),
      group > 0 && many(group, "group", "groups"),
      role > 0 && many(role, "role", "roles"),
    ];
    return parts.filter((part) => part !== false).join(" and ");
  },
  causes: {
    parked: {
      headline: (_incident, { reason, counted }) => `${counted} parked: ${reason}`,
      remedy: "Look at the reason in docs/operations.md, correct it and retry.",
    },
    hold: {
      headline: ({ count }, { limit }) => `${many(count, "change is", "changes are")} held back: ${limit}`,
      remedy:
        "Look at who is held (dingtalk-scim holds show). If it was a mistake, fix it at the source; if it is right, approve the hold.",
    },
    target: {
      headline: (_incident, { reason }) => `nothing is sent to DingTalk: ${reason}`,
      remedy: "Run dingtalk-scim doctor: it names what is missing.",
    },
    process: {
      headline: (_incident, { reason }) => `one process sends nothing to DingTalk: ${reason}`,
      remedy: "Run dingtalk-scim doctor on that machine.",
    },
    source: {
      headline: ({ count, detail }) =>
        `${detail.source === undefined ? "a client" : `the source ${detail.source}`} is refused: ${many(count, "request", "requests")} in a row with a credential that does not count`,
      remedy:
        "Look in the log for `a credential was refused`: it names the check that failed. Then put a valid token into the source.",
    },
    lost: {
      headline: ({ count }) => `${many(count, "entity was", "entities were")} left without a next look`,
      remedy: "They are put back to work within a minute. This is a bug: report it.",
    },
    signal: { headline: (_incident, { reason }) => reason, remedy: "Find out who did it and why." },
    paused: {
      headline: () => "nothing has been sent to DingTalk for ten minutes",
      remedy:
        "The status says why (targetPause). Look whether DingTalk can be reached, and run dingtalk-scim doctor.",
    },
    overdue: {
      headline: ({ count }) =>
        `${many(count, "entity waits", "entities wait")} to be carried out, the oldest for more than 15 minutes`,
      remedy:
        "Look whether DingTalk can be reached and whether somebody stopped all writes. A very large change takes its time.",
    },
    latency: {
      headline: ({ detail }) =>
        `changes take ${detail.seconds} s to reach DingTalk (95 of 100 are faster); the target is ${detail.targetSeconds} s`,
      remedy:
        "Look at the rate limit (DINGTALK_QPS), at the load of the database and at DingTalk's answer times.",
    },
    silence: {
      headline: ({ detail }) =>
        `the source ${detail.source} has been silent for three times as long as usual`,
      remedy: "Look at the provisioning status at the source: it may be stopped or in quarantine.",
    },
    comparison: {
      headline: () => "nothing was compared with DingTalk for 26 hours",
      remedy: "Run dingtalk-scim sync. If it does not end, look in the log for the reason.",
    },
    listening: {
      headline: () => "no connection to DingTalk's events for ten minutes",
      remedy:
        "Changes made in DingTalk are found by the comparison only. Check the log for the reason; Events and callbacks of the app must be in Stream mode. To switch events off: DINGTALK_STREAM=off.",
    },
    hints: {
      headline: ({ count, detail }) =>
        `only ${detail.percent} % of the changes made in DingTalk arrive as events; ${many(count, "was", "were")} found by comparisons, which come hourly now`,
      remedy:
        "Check that the contact events are subscribed in the app's event subscription. The incident closes a day after all changes arrive as events again.",
    },
    sealing: {
      headline: () => "the history has not been sealed for five minutes",
      remedy:
        "Look in the log of the workers for the reason, often a missing HISTORY_KEY_FILE. Until then later events cannot be proven.",
    },
    altered: {
      headline: () => "the history does not match its signatures",
      remedy:
        "Run dingtalk-scim history verify: it names the first wrong entry. Do not change the database until the cause is known.",
    },
    schedule: {
      headline: ({ count }) =>
        `${many(count, "change", "changes")} by date ${count === 1 ? "is" : "are"} more than ten minutes late`,
      remedy:
        "Check that a process with ROLE=worker or ROLE=all runs, and check its log. A person whose last day is over may still be in DingTalk.",
    },
    dates: {
      headline: ({ count }) =>
        `dates of ${many(count, "person", "people")} could not be read with the rules of the mapping`,
      remedy:
        "The log has the ids of the people and the code of the failure. Until it succeeds, their earlier dates apply, and a person whose last day is over may still be in DingTalk.",
    },
    import: {
      headline: ({ detail }) =>
        `nothing is taken over from the source ${detail.source}: its file or report was refused as a whole`,
      remedy: "To see the errors: dingtalk-scim workday check, or people import --dry-run.",
    },
    worker: {
      headline: () => "no process carries out changes",
      remedy: "Start a process with ROLE=worker or ROLE=all, or look why it ended.",
    },
    checkpoint: {
      headline: ({ count }) => `checkpoint of the history with ${many(count, "entry", "entries")}`,
      remedy:
        "Keep this message where the owner of the database cannot change it. dingtalk-scim history verify --checkpoint FILE, with this message as the file, proves that the history still contains it.",
    },
    test: { headline: () => "test message: this channel works", remedy: "" },
  },
  reasons: ENGLISH_REASONS,
};
