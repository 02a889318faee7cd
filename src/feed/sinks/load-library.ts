import { CannotStart } from "../../core/errors.ts";

/**
 * A library of a broker, which does not come along: who has no such broker needs none of them. Throws CannotStart with what to install. It is looked for beside this
 * program, in the folder it was installed in.
 */
export async function loadLibrary<Library>(packageName: string, version: string, sink: string): Promise<Library> {
  try {
    const loaded: Library & { readonly default?: Library } = await import(packageName);
    // Packages of the old kind show all of theirs by `default`.
    return loaded.default ?? loaded;
  } catch (cause) {
    const { code } = cause as { code?: unknown };
    if (code !== "ERR_MODULE_NOT_FOUND" && code !== "MODULE_NOT_FOUND") throw cause;
    throw new CannotStart([`FEED_FILE: sink ${sink} needs the package ${packageName}: npm i ${packageName}@${version}`], { cause });
  }
}
