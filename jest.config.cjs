/**
 * Four projects: `check` reads the source as text (architecture, contract) and holds that every value has a class, `unit` is pure code and needs nothing, `tests` runs the product on a
 * PostgreSQL that its global set-up starts, and so does `slow`, which `npm test` leaves to `npm run test:slow`.
 */
const shared = {
  testEnvironment: "<rootDir>/tests/support/jest/environment.cjs",
  runtime: "<rootDir>/tests/support/jest/runtime.cjs",
  transform: {
    "^.+\\.[cm]?[jt]s$": [
      "@swc/jest",
      { jsc: { target: "es2023", parser: { syntax: "typescript" } }, module: { type: "commonjs" } },
    ],
  },
  // Packages are loaded by Node itself (jest-runtime.cjs).
  transformIgnorePatterns: ["/node_modules/"],
  moduleNameMapper: { "^(@prisma/client/runtime/.*)\\.mjs$": "$1.js" },
};

/** Slow ones with a command of their own, which sets what makes them run, and a step of CI. */
const BY_COMMAND = [
  ...(process.env.OUTAGE_ROUNDS === undefined ? ["/tests/e2e/outages"] : []),
  ...(process.env.WHOLE_PACKAGE === undefined ? ["/tests/e2e/package"] : []),
  ...(process.env.WHOLE_CHART === undefined ? ["/tests/e2e/chart"] : []),
  ...(process.env.UPGRADE_SECONDS === undefined ? ["/tests/e2e/upgrade"] : []),
  ...(process.env.WHOLE_IMAGE === undefined ? ["/tests/e2e/image"] : []),
  ...(process.env.LATE_STOPS === undefined ? ["/reconcile/stopped-workers"] : []),
  // By who runs them: what root does is not what others do.
  ...(process.env.TEST_AS_ROOT === undefined ? ["as-root", "/tests/e2e/outages-full-disk"] : []),
  ...(process.env.TEST_AS_USER === undefined ? ["as-user"] : []),
  ...(process.env.WHOLE_PROCESSES === undefined
    ? [
        "/tests/e2e/(cli|demo|feed-command|kill|newcomer|start)",
        "/integration/database/(embedded-(crashes|supervised)|prepare)",
      ]
    : []),
];

/**
 * What takes long by its nature: real time that has to pass, whole servers and commands. Each of them takes five
 * seconds or more on two processors.
 */
const SLOW = [
  "alerts/deliveries",
  "api/accounts",
  "api/adoptions",
  "api/holds",
  "api/kpis",
  "api/leavers-while-held",
  "api/orders",
  "api/rollout-by-hand",
  "api/rules",
  "api/start",
  "api/timeline",
  "database/embedded",
  "database/roles",
  "feed/feed",
  "hints/appearing",
  "hints/hints",
  "hints/leaving",
  "hints/own-departments",
  "hints/unshown",
  "hints/without-events",
  "history/commands",
  "history/evidence-packs",
  "history/log",
  "history/stretches",
  "http/rights",
  "import/people",
  "people/joined",
  "people/replayed-cycles",
  "reconcile/adoptions",
  "reconcile/conflicts",
  "reconcile/contact-scope",
  "reconcile/converge",
  "reconcile/department-identity",
  "reconcile/department-managers",
  "reconcile/departments-by-hand",
  "reconcile/dirty-company",
  "reconcile/economy",
  "reconcile/existing-organisation",
  "reconcile/faults",
  "reconcile/grace",
  "reconcile/guard",
  "reconcile/guard-crashes",
  "reconcile/heard-storm",
  "reconcile/hold-stories",
  "reconcile/invitations",
  "reconcile/late-writes",
  "reconcile/long-runs",
  "reconcile/managed-root",
  "reconcile/mapping",
  "reconcile/numbers-reused",
  "reconcile/odd-answers",
  "reconcile/odd-texts",
  "reconcile/one-number",
  "reconcile/processes",
  "reconcile/references",
  "reconcile/userids-by-hand",
  "reconcile/whole-plan",
  "reconcile/workers",
  "schedule/held-rules",
  "schedule/paused-leaver",
  "scim/fair-share",
  "scim/heavy-bodies",
  "scim/overloaded",
  "store/history-indexes",
  "store/queue",
  "store/replica",
  "store/scans",
  "targets/stream",
].map((name) => `<rootDir>/tests/integration/${name}.test.ts`);

const onPostgres = {
  ...shared,
  globalSetup: "<rootDir>/tests/support/postgres/global-setup.ts",
  globalTeardown: "<rootDir>/tests/support/postgres/global-teardown.ts",
};

const CHECKS = [
  "architecture",
  "citations",
  "openapi-lint",
  "privacy/classification",
  "privacy/data-map",
  "sizes",
].map((name) => `<rootDir>/tests/unit/${name}.test.ts`);

module.exports = {
  testTimeout: 120_000,
  maxWorkers: 2,
  testSequencer: "<rootDir>/tests/support/jest/sequencer.cjs",
  projects: [
    { ...shared, displayName: "check", testMatch: CHECKS },
    {
      ...shared,
      displayName: "unit",
      testMatch: ["<rootDir>/tests/unit/**/*.test.ts"],
      testPathIgnorePatterns: ["/node_modules/", ...CHECKS],
    },
    {
      ...onPostgres,
      displayName: "tests",
      testMatch: ["<rootDir>/tests/{contract,integration,conformance,e2e}/**/*.test.ts"],
      testPathIgnorePatterns: ["/node_modules/", ...BY_COMMAND, ...SLOW],
    },
    { ...onPostgres, displayName: "slow", testMatch: SLOW },
  ],
};
