const { compileFunction } = require("node:vm");
const Runtime = require("jest-runtime").default;

/*
 * Jest evaluates every module anew for every test file, packages included, in a context of its own whose globals are slow to reach. Measured: more than a
 * third of the processor time of a whole run went there. Here a worker loads each package once and compiles each file of ours once. What is ours is still
 * evaluated anew for every test file, so none sees what another left in a module. Mocks of packages do not work; we have none.
 */

const IN_PACKAGE = /[\\/]node_modules[\\/]/;

/** By file, for as long as the worker lives. */
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

  /** The file of a package that is meant; undefined for what is ours, Node's or jest's own. */
  #inPackage(from, name) {
    if (name.startsWith(".") || name === "@jest/globals" || this._resolution.isCoreModule(name)) return undefined;
    const file = this._resolution.resolveCjs(from, name);
    return IN_PACKAGE.test(file) ? file : undefined;
  }
};
