const Sequencer = require("@jest/test-sequencer").default;

/** What long files take, in ms, by folder. Seldom right; it keeps the longest from being the last. */
const GUESSES = [
  [/tests\/(e2e|conformance)\//, 30_000],
  [/tests\/integration\/(reconcile|database)\//, 15_000],
  [/tests\/integration\/(scim|store)\//, 8_000],
  [/tests\/(integration|contract)\//, 4_000],
];

/** The longest first, by what they took last time; in a new clone by a guess, where jest would go by the size of the file. */
module.exports = class extends Sequencer {
  time(test) {
    return super.time(test) ?? GUESSES.find(([path]) => path.test(test.path))?.[1] ?? 500;
  }
};
