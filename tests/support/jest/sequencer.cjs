const Sequencer = require("@jest/test-sequencer").default;

/** Estimated duration of test files in ms, by folder. It is rough, but it starts the longest files first. */
const GUESSES = [
  [/tests\/(e2e|conformance)\//, 30_000],
  [/tests\/integration\/(reconcile|database)\//, 15_000],
  [/tests\/integration\/(scim|store)\//, 8_000],
  [/tests\/(integration|contract)\//, 4_000],
];

/**
 * Runs the longest test files first, by their last duration. In a new clone it uses the estimate, where jest
 * would use the size of the file.
 */
module.exports = class extends Sequencer {
  time(test) {
    return super.time(test) ?? GUESSES.find(([path]) => path.test(test.path))?.[1] ?? 500;
  }
};
