import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";

/** A source file: its path below src/ and its text. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/**
 * Allowed imports: for each room (folder of src/), the rooms or single files that it may import. A key of two
 * levels is a sub-room with rules of its own; the other folders of a room have the rules of the room. `*`
 * allows everything. Files directly in src/ (`main.ts`) may import everything too.
 */
export const ARROWS: Readonly<Record<string, readonly string[]>> = {
  core: [],
  filter: ["core"],
  privacy: ["core", "history"],
  // Published formats of transparency logs. Pure.
  tlog: ["core"],
  history: ["core", "filter", "tlog"],
  // Evidence packs for auditors.
  evidence: ["core", "filter", "history"],
  http: ["core"],
  directory: ["core", "filter", "history"],
  // Combines several records of one person. Pure.
  persons: ["core", "history", "mapping/sources.ts"],
  mapping: ["core", "schedule/rules.ts", "schedule/days.ts", "schedule/worker.ts"],
  // The dates of a record and their changes. Pure.
  schedule: ["core"],
  policy: ["core", "mapping"],
  scim: ["core", "directory", "filter", "http"],
  // Imports people from files and reports. It uses the same commands as SCIM clients.
  import: ["core", "directory", "history", "mapping", "schedule/days.ts", "scim"],
  api: [
    "core",
    "alerts",
    "evidence",
    "feed",
    "filter",
    "history",
    "http",
    "kpis",
    "persons",
    "reconcile",
    "schedule",
    "tlog",
    "words",
  ],
  reconcile: ["core", "history", "mapping", "policy"],
  targets: [
    "core",
    "reconcile/target.ts",
    "reconcile/target-failures.ts",
    "reconcile/target-hints.ts",
    "reconcile/target-values.ts",
  ],
  // Storage implements the ports of other rooms. The files directly in it connect the sub-rooms, or are
  // shared by several of them.
  store: [
    "core",
    "directory",
    "history",
    "mapping/sources.ts",
    "reconcile/policy.ts",
    "reconcile/status.ts",
    "store",
  ],
  "store/postgres": ["core", "directory/errors.ts"],
  "store/filter": ["core", "filter", "store/postgres"],
  "store/history": [
    "core",
    "evidence/pack/store.ts",
    "filter",
    "history",
    "tlog",
    "store/postgres",
    "store/filter",
    ...sharedStatements(),
  ],
  "store/directory": [
    "core",
    "directory",
    "filter",
    "store/postgres",
    "store/filter",
    "store/joined-writes.ts",
    ...sharedStatements(),
  ],
  // Records of one person. Other rooms reach it through store/directory.
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
  "store/loop": [
    "core",
    "history",
    "policy/policy.ts",
    "reconcile",
    "store/postgres",
    "store/waiting.ts",
    ...sharedStatements(),
  ],
  "store/facts": ["core", "reconcile", "store/postgres", "store/waiting.ts", ...sharedStatements()],
  "store/status": ["core", "reconcile", "store/postgres", ...sharedStatements()],
  // The rehearsal opens a hold of rules; the loop dissolves it.
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
  "store/alerts": ["core", "alerts", "store/postgres", ...sharedStatements()],
  "store/feed": [
    "core",
    "feed/ports.ts",
    "store/postgres",
    "store/history/logged-events.ts",
    ...sharedStatements(),
  ],
  "store/kpis": ["core", "history", "kpis", "store/postgres", ...sharedStatements()],
  "store/import": ["core", "import/workday/ports.ts", "store/postgres", ...sharedStatements()],
  "store/target": ["core", "reconcile", "store/postgres"],
  "store/access": ["core", "history", "http/ports.ts", "http/auth", "store/postgres", "generated"],
  database: ["core"],
  // It simulates a foreign system, so it shares no code with targets/dingtalk.
  simulator: ["core"],
  // An HTTP client of the running server.
  demo: ["core"],
  // Its store reads the facts of all other rooms, so it imports none of them.
  alerts: ["core", "history", "words"],
  kpis: ["core"],
  // Texts in all languages, also for the dashboard. Pure.
  words: [],
  // It reads its file like a policy file, and sends through the channels of the alerts.
  feed: ["core", "history", "alerts/channels", "mapping/file"],
  // Each setting has the type of the room that uses it.
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
  // Files with secret keys, and what the keys decrypt or sign.
  keys: [
    "core",
    "history/event.ts",
    "settings/config.ts",
    "tlog",
    "store/history",
    "store/personal",
    "store/postgres",
    "store/vault.ts",
  ],
  // Parts of every process, such as the log.
  process: ["core"],
  compose: ["*"],
  cli: ["*"],
};

/**
 * Parts of SQL statements that several sub-rooms of the storage use, and the encryption of the values of
 * their events.
 */
export function sharedStatements(): readonly string[] {
  return [
    "store/write-sql.ts",
    "store/references.ts",
    "store/event-coverage-sql.ts",
    "store/key-columns.ts",
    "store/digit-keys.ts",
    "store/name-keys.ts",
    "store/key-set.ts",
    "store/search-keys.ts",
    "store/vault.ts",
  ];
}

/** The rooms or files that may import each library. Other libraries are not allowed in src/. */
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

/** Patterns that are allowed only in certain rooms or files. */
export const TEXTS: readonly {
  readonly what: string;
  readonly pattern: RegExp;
  readonly only: readonly string[];
}[] = [
  { what: "the environment is read", pattern: /process\.env\b/, only: ["settings/environment.ts"] },
  {
    what: "time is read or slept",
    // `stream.setTimeout` is allowed: it is the idle timer of a socket.
    pattern:
      /\bDate\.now\(|\bnew Date\(\)|(?<!stream\.)\bsetTimeout\(|\bsetInterval\(|\bperformance\.now\(|timers\/promises/,
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
  // Identifiers of an earlier private vocabulary. The glossary of ARCHITECTURE.md has the terms to use.
  {
    what: "a retired word",
    pattern:
      /(?<!-)\b(?:wish(?:ed|es)?|[A-Za-z]+Wish|wishFor|Judgement|settlement|Settlement|shapedPlan|WAKE_[A-Z_]+|LOOK_AGAIN|END_QUIETLY|GATHERING_TURNS|alongIndexes|isOneItemsFault|Sight|Outlook|FarSeconds|hearPeople|tellBelow|speaksFor|takeBackDangling|lotAt|saneId|withHouse|wayMs|(?:new|old)Desk|Fate|renewRules|(?:at|after)Birth|bringInLine|demand[A-Z]\w*|callOpenly|fate|insteadOf|saidByGateway|[Uu]ntold\w*|UNTOLD\w*|Told|told(?:Of|By)|isStranger|Strangers|StrangePerson|collectStrangers|takeBack(?:One)?|Hearing|HEARING|tellsOf|[A-Za-z]*Desk|desk|[A-Za-z]*[Uu]pkeep\w*|judgement|judge[A-Z]\w*|distrust|DISTRUST|[A-Za-z]*OwnRest|tellingRests|OUT_OF_SIGHT|speakersOf|hasten|sayAlive|toldLine)\b/,
    only: [],
  },
  {
    what: "a way around the type checker",
    pattern: /@ts-ignore|@ts-expect-error|\bas any\b|:\s*any\b/,
    only: [],
  },
];

/** All breaches of the rules, one sentence each. */
export function breaches(files: readonly SourceFile[]): readonly string[] {
  return [...files.flatMap((file) => [...wrongImports(file), ...wrongTexts(file)]), ...circles(files)];
}

/** Circles of imports, type imports included; one sentence for each circle. */
function circles(files: readonly SourceFile[]): string[] {
  const imports = new Map(files.map((file) => [file.path, pathsImportedBy(file)]));
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

/** Paths of files that it imports. */
const pathsImportedBy = ({ path, text }: SourceFile): readonly string[] =>
  importsOf(text)
    .filter((specifier) => specifier.startsWith("."))
    .map((specifier) => posix.join(posix.dirname(path), specifier));

/** What the files of each room import. */
export function importsByRoom(files: readonly SourceFile[]): ReadonlyMap<string, readonly string[]> {
  const imports = new Map<string, string[]>();
  for (const file of files) {
    const room = roomOf(file.path);
    const known = imports.get(room) ?? [];
    imports.set(room, known);
    known.push(...pathsImportedBy(file));
  }
  return imports;
}

function wrongImports(file: SourceFile): string[] {
  return importsOf(file.text).flatMap((specifier) => {
    if (specifier.startsWith("node:")) return [];
    if (!specifier.startsWith("."))
      return mayUse(file.path, packageOf(specifier))
        ? []
        : [`${file.path} imports ${specifier}, which is not allowed there (LIBRARIES)`];
    const path = posix.join(posix.dirname(file.path), specifier);
    return mayImport(file.path, path) ? [] : [`${file.path} imports ${path}, which is not allowed (ARROWS)`];
  });
}

function mayImport(from: string, to: string): boolean {
  const room = roomOf(from);
  if (!from.includes("/") || room === roomOf(to)) return room !== "targets" || sameTarget(from, to);
  const allowed = ARROWS[room] ?? [];
  return allowed.some((each) => each === "*" || each === to || to.startsWith(`${each}/`));
}

/** A target must not import another target. Only the registry imports all targets. */
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
    return found && !only.some((place) => path === place || path.startsWith(`${place}/`))
      ? [`${path}: ${what}`]
      : [];
  });
}

/** The sub-room of a file if it has rules of its own, else its room. */
function roomOf(path: string): string {
  const [room = "", folder] = path.split("/");
  return `${room}/${folder}` in ARROWS ? `${room}/${folder}` : room;
}

const packageOf = (specifier: string): string =>
  specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");

/** The specifiers of all imports of a file, as they are written. */
export const importsOf = (text: string): string[] =>
  [
    ...text.matchAll(
      /^(?:import|export)\b[^"';]*?from\s+"([^"]+)"|^import\s+"([^"]+)"|\bimport\("([^"]+)"\)/gm,
    ),
  ].map((match) => (match[1] ?? match[2] ?? match[3])!);

const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");

/** The source files of the product, without generated ones. */
export function sourceFiles(root: string): readonly SourceFile[] {
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => path.endsWith(".ts") && !path.startsWith("generated/"))
    .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));
}
