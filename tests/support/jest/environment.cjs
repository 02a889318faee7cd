const { ModuleMocker } = require("jest-mock");

/** The key under which jest stores the listeners for the events of a test file. */
const LISTENERS = Symbol.for("EVENT_HANDLERS");

/**
 * Every test file gets the globals of the worker. So packages that are loaded once (jest-runtime.cjs) and
 * tests have the same `Error` and `Array`.
 */
module.exports = class {
  global = globalThis;
  moduleMocker = new ModuleMocker(globalThis);
  fakeTimers = null;
  fakeTimersModern = null;
  #before = { console: globalThis.console, exit: process.exit };

  async setup() {}

  /** Restores the globals that jest replaced for one test file. */
  async teardown() {
    this.moduleMocker.restoreAllMocks();
    delete globalThis[LISTENERS];
    globalThis.console = this.#before.console;
    process.exit = this.#before.exit;
  }

  exportConditions() {
    return ["node", "node-addons"];
  }

  getVmContext() {
    return null;
  }
};
