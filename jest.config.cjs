/** Two projects: `check` reads the source as text (architecture, contract), `tests` runs the product. */
const shared = {
  testEnvironment: "node",
  transform: { "^.+\\.[cm]?[jt]s$": ["@swc/jest", { jsc: { target: "es2023", parser: { syntax: "typescript" } }, module: { type: "commonjs" } }] },
  transformIgnorePatterns: ["/node_modules/(?!(jose|@faker-js|@marcbachmann|graphile-worker-never)/)"],
  moduleNameMapper: { "^(@prisma/client/runtime/.*)\\.mjs$": "$1.js" },
  extensionsToTreatAsEsm: [],
};

module.exports = {
  testTimeout: 30_000,
  projects: [
    { ...shared, displayName: "check", testMatch: ["<rootDir>/tests/unit/architecture.test.ts"] },
    {
      ...shared,
      displayName: "tests",
      testMatch: ["<rootDir>/tests/{unit,contract,integration,conformance,e2e}/**/*.test.ts"],
      testPathIgnorePatterns: ["/node_modules/", "<rootDir>/tests/unit/architecture.test.ts"],
    },
  ],
};
