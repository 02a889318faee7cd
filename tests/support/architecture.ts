import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";

/** A source file as the rules see it: its path below src/ and its text. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/**
 * Who may import whom: the rooms a room speaks to, or single files of one. A key of two levels is a sub-room with rules of its own; the other folders of a
 * room share those of the room. `main.ts` alone lies directly in src/; it and `compose` wire things together and may import everything.
 */
export const ARROWS: Readonly<Record<string, readonly string[]>> = {
  core: [],
  filter: ["core"],
  privacy: ["core", "history"],
  // The formats of transparency logs, as others publish them. Pure.
  tlog: ["core"],
  history: ["core", "filter", "tlog"],
  // What auditors take away.
  evidence: ["core", "filter", "history"],
  http: ["core"],
  directory: ["core", "filter", "history"],
  // What several records of one person come to. Pure.
  persons: ["core", "history", "mapping/sources.ts"],
  mapping: ["core", "schedule/rules.ts", "schedule/days.ts", "schedule/worker.ts"],
  // What the dates of a record mean. Pure.
  schedule: ["core"],
  policy: ["core", "mapping"],
  scim: ["core", "directory", "filter", "http"],
  // People from files and reports, by the commands that a SCIM client has.
  import: ["core", "directory", "filter", "history", "mapping", "schedule/days.ts", "scim"],
  api: ["core", "alerts", "evidence", "feed", "filter", "history", "http", "kpis", "persons", "reconcile", "schedule", "tlog", "words"],
  reconcile: ["core", "history", "mapping", "policy"],
  targets: ["core", "reconcile/target.ts", "reconcile/target-failures.ts", "reconcile/target-hints.ts", "reconcile/target-values.ts"],
  // Storage implements the ports of others. Its own files join the sub-rooms, or are read by several of them.
  store: ["core", "directory", "history", "mapping/sources.ts", "reconcile/policy.ts", "reconcile/status.ts", "store"],
  "store/postgres": ["core", "directory/errors.ts"],
  "store/filter": ["core", "filter", "store/postgres"],
  "store/history": ["core", "evidence/pack/store.ts", "filter", "history", "tlog", "store/postgres", "store/filter", ...sharedStatements()],
  "store/directory": ["core", "directory", "filter", "store/postgres", "store/filter", "store/joined-writes.ts", ...sharedStatements()],
  // Records of one person: it is reached by the way of the directory.
  "store/people": [
    "core",
    "directory",
    "history",
    "mapping/sources.ts",
    "persons",
    "schedule",
    "store/directory",
    "store/joined-writes.ts",
    "store/postgres",
    ...sharedStatements(),
  ],
  "store/personal": ["core", "history", "store/postgres", "store/vault.ts", "store/write-sql.ts"],
  "store/tree": ["core", "reconcile", "store/postgres", ...sharedStatements()],
  "store/loop": ["core", "history", "policy/policy.ts", "reconcile", "store/postgres", "store/waiting.ts", ...sharedStatements()],
  "store/facts": ["core", "reconcile", "store/postgres", "store/waiting.ts", ...sharedStatements()],
  "store/status": ["core", "reconcile", "store/postgres", ...sharedStatements()],
  // A hold of rules is opened in the rehearsal that found it, and dissolved by the loop.
  "store/rehearsal": [
    "core",
    "history",
    "reconcile",
    "store/postgres",
    "store/loop/guard/hold-members.ts",
    "store/loop/guard/rules-holds.ts",
    ...sharedStatements(),
  ],
  "store/adopt": ["core", "history", "reconcile", "store/postgres", ...sharedStatements()],
  "store/privacy": ["core", "history", "privacy", "store/postgres", ...sharedStatements()],
  "store/alerts": ["core", "alerts", "history", "store/postgres", ...sharedStatements()],
  "store/feed": ["core", "feed/ports.ts", "history", "store/postgres", "store/history/event-log.ts", ...sharedStatements()],
  "store/kpis": ["core", "history", "kpis", "store/postgres", ...sharedStatements()],
  "store/import": ["core", "import/workday/ports.ts", "store/postgres", ...sharedStatements()],
  "store/target": ["core", "reconcile", "store/postgres"],
  "store/access": ["core", "history", "http/ports.ts", "http/auth", "store/postgres", "generated"],
  database: ["core"],
  // A stranger's system: it shares no code with targets/dingtalk.
  simulator: ["core"],
  // A client of the running server over HTTP.
  demo: ["core"],
  // Told of everything else by its store: it imports no other room.
  alerts: ["core", "history", "words"],
  kpis: ["core"],
  // What people read, in their languages; the dashboard is built with it. Pure.
  words: [],
  // It reads a file as policies are read, and leaves this program by the way of the alerts.
  feed: ["core", "history", "alerts/channels", "mapping/file"],
  // Each setting in the form its room wants it.
  settings: [
    "core",
    "alerts",
    "http/auth/roles.ts",
    "http/connection",
    "http/oidc/settings.ts",
    "privacy",
    "reconcile/policy.ts",
    "words/languages.ts",
  ],
  // Files of secret keys, and what they open.
  keys: ["core", "history/event.ts", "settings/config.ts", "tlog", "store/history", "store/personal", "store/postgres", "store/vault.ts"],
  // What a process has whatever it does.
  process: ["core"],
  compose: ["*"],
  cli: ["*"],
};

/** Pieces of statements that more than one sub-room of the storage needs, and what encrypts the values of their events. */
function sharedStatements(): readonly string[] {
  return ["store/write-sql.ts", "store/references.ts", "store/hearing-sql.ts", "store/key-columns.ts", "store/vault.ts"];
}

/** Which library lives where. A library that is not named here has no place in src/. */
export const LIBRARIES: Readonly<Record<string, readonly string[]>> = {
  "@faker-js/faker": ["demo"],
  "@marcbachmann/cel-js": ["mapping"],
  "@prisma/adapter-pg": ["store/access"],
  axios: ["targets", "import/workday"],
  "cli-progress": ["cli", "demo"],
  "cli-table3": ["cli", "demo"],
  commander: ["cli"],
  "csv-parse": ["import"],
  express: ["http", "scim", "api"],
  "graphile-worker": ["store/loop", "database"],
  jose: ["http"],
  "libphonenumber-js": ["mapping/expression", "targets/dingtalk"],
  "lru-cache": ["directory", "store/access", "store/personal"],
  nodemailer: ["alerts"],
  "openid-client": ["http/oidc"],
  pg: ["store", "database", "cli"],
  pino: ["process/log.ts"],
  "prom-client": ["http", "api"],
  scimmy: ["scim"],
  "stream-json": ["import"],
  ws: ["simulator", "targets/dingtalk/stream"],
  yaml: ["mapping"],
  yazl: ["evidence"],
  zod: ["feed", "import/workday", "settings", "mapping", "policy", "simulator"],
};

/** What may be written only in certain rooms or files. */
export const TEXTS: readonly { readonly what: string; readonly pattern: RegExp; readonly only: readonly string[] }[] = [
  { what: "the environment is read", pattern: /process\.env\b/, only: ["settings/environment.ts"] },
  {
    what: "time is read or slept",
    // A socket has an idle timer of that name, which reads no clock of ours.
    pattern: /\bDate\.now\(|\bnew Date\(\)|(?<!stream\.)\bsetTimeout\(|\bsetInterval\(|\bperformance\.now\(|timers\/promises/,
    only: ["core/clock.ts"],
  },
  {
    what: "SQL",
    pattern: /["'`]\s*(?:select\s.+\sfrom\s|insert into |update \w+ set |delete from |with \w+ as \()/i,
    only: ["store", "database"],
  },
  {
    what: "an address of DingTalk",
    pattern: /["'`]\/?(?:topapi\/|v1\.0\/|gettoken)/,
    only: ["targets/dingtalk", "simulator", "demo", "cli"],
  },
  // Words of a private vocabulary; the glossary of ARCHITECTURE.md has the field's.
  {
    what: "a retired word",
    pattern:
      /\b(?:wish(?:ed|es)?|[A-Za-z]+Wish|wishFor|Judgement|settlement|Settlement|shapedPlan|WAKE_[A-Z_]+|LOOK_AGAIN|END_QUIETLY|GATHERING_TURNS|alongIndexes|isOneItemsFault|Sight|Outlook|FarSeconds|hearPeople|tellBelow|speaksFor|takeBackDangling|lotAt|saneId|withHouse|wayMs|(?:new|old)Desk|Fate|renewRules|(?:at|after)Birth|bringInLine|demandIdentity|callOpenly)\b/,
    only: [],
  },
  { what: "a way around the type checker", pattern: /@ts-ignore|@ts-expect-error|\bas any\b|:\s*any\b/, only: [] },
];

/** Every breach of the rules, as a sentence. */
export function breaches(files: readonly SourceFile[]): readonly string[] {
  return [...files.flatMap((file) => [...wrongImports(file), ...wrongTexts(file)]), ...circles(files)];
}

/** Files that import each other in the end, types included; one sentence for each circle found. */
function circles(files: readonly SourceFile[]): string[] {
  const imports = new Map(
    files.map(({ path, text }) => [
      path,
      importsOf(text)
        .filter((specifier) => specifier.startsWith("."))
        .map((specifier) => posix.join(posix.dirname(path), specifier)),
    ]),
  );
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, way: readonly string[]): void => {
    const at = way.indexOf(path);
    if (at >= 0) found.push(`${[...way.slice(at), path].join(" → ")}: a circle`);
    if (at >= 0 || done.has(path)) return;
    for (const next of imports.get(path) ?? []) visit(next, [...way, path]);
    done.add(path);
  };
  for (const path of imports.keys()) visit(path, []);
  return found;
}

function wrongImports(file: SourceFile): string[] {
  return importsOf(file.text).flatMap((specifier) => {
    if (specifier.startsWith("node:")) return [];
    if (!specifier.startsWith("."))
      return mayUse(file.path, packageOf(specifier)) ? [] : [`${file.path} imports ${specifier}, which does not live there`];
    const path = posix.join(posix.dirname(file.path), specifier);
    return mayImport(file.path, path) ? [] : [`${file.path} imports ${path}: no such arrow`];
  });
}

function mayImport(from: string, to: string): boolean {
  const room = roomOf(from);
  if (!from.includes("/") || room === roomOf(to)) return room !== "targets" || sameTarget(from, to);
  const allowed = ARROWS[room] ?? [];
  return allowed.some((each) => each === "*" || each === to || to.startsWith(`${each}/`));
}

/** Targets do not know each other; the registry knows them all. */
function sameTarget(from: string, to: string): boolean {
  const own = from.split("/")[1]!;
  return own === "registry.ts" || to.split("/")[1] === own;
}

function mayUse(path: string, library: string): boolean {
  return (LIBRARIES[library] ?? []).some((place) => path === place || path.startsWith(`${place}/`));
}

function wrongTexts({ path, text }: SourceFile): string[] {
  return TEXTS.flatMap(({ what, pattern, only }) => {
    const found = pattern.test(withoutComments(text));
    return found && !only.some((place) => path === place || path.startsWith(`${place}/`)) ? [`${path}: ${what}`] : [];
  });
}

/** The sub-room where it has rules of its own, else the room. */
function roomOf(path: string): string {
  const [room = "", folder] = path.split("/");
  return `${room}/${folder}` in ARROWS ? `${room}/${folder}` : room;
}

const packageOf = (specifier: string): string =>
  specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");

/** What a file imports, as it is written. */
export const importsOf = (text: string): string[] =>
  [...text.matchAll(/^(?:import|export)\b[^"';]*?from\s+"([^"]+)"|^import\s+"([^"]+)"|\bimport\("([^"]+)"\)/gm)].map(
    (match) => (match[1] ?? match[2] ?? match[3])!,
  );

const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");

/** The product's own source, without what is generated. */
export function sourceFiles(root: string): readonly SourceFile[] {
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => path.endsWith(".ts") && !path.startsWith("generated/"))
    .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));
}
