const { compileFunction } = require("node:vm");
const Runtime = require("jest-runtime").default;

/*
 * By default, jest evaluates every module again for every test file, packages too, in a context with slow
 * globals. This took more than a third of the processor time of a whole run. Here, a worker loads each
 * package once, and compiles each file of the repository once. These files are still evaluated for every test
 * file, so test files share no state of modules. Mocks of packages do not work; the tests have none.
 */

const IN_PACKAGE = /[\\/]node_modules[\\/]/;

/** Cache by file, for the life of the worker. */
const compiled = new Map();

module.exports = class extends Runtime {
  constructor(...options) {
    super(...options);
    const { executor } = this;
    executor.compile = (source, filename) => {
      const known = compiled.get(filename);
      if (known !== undefined && known.source === source) return known.body;
      const body = compileFunction(source, executor.injectedModuleParameters, { filename });
      compiled.set(filename, { source, body });
      return body;
    };
  }

  requireModuleOrMock(from, name) {
    const file = this.#inPackage(from, name);
    return file === undefined ? super.requireModuleOrMock(from, name) : require(file);
  }

  /** The file of the package. Undefined for files of the repository, and for modules of Node and jest. */
  #inPackage(from, name) {
    if (name.startsWith(".") || name === "@jest/globals" || this._resolution.isCoreModule(name))
      return undefined;
    const file = this._resolution.resolveCjs(from, name);
    return IN_PACKAGE.test(file) ? file : undefined;
  }
};
