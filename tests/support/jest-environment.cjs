const { ModuleMocker } = require("jest-mock");

/** Where jest keeps what listens to the events of a test file. */
const LISTENERS = Symbol.for("EVENT_HANDLERS");

/** The worker's own globals for every test file, so that packages loaded once (jest-runtime.cjs) and tests mean the same `Error` and `Array`. */
module.exports = class {
  global = globalThis;
  moduleMocker = new ModuleMocker(globalThis);
  fakeTimers = null;
  fakeTimersModern = null;
  #before = { console: globalThis.console, exit: process.exit };

  async setup() {}

  /** What jest puts in place of the worker's own is for one test file. */
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
