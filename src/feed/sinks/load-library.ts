import { CannotStart } from "../../core/errors.ts";

/**
 * Loads a broker's library. It is not a dependency, because most installations need none of them. Searches it
 * next to this program, in the folder of its installation. Throws CannotStart with the package to install.
 */
export async function loadLibrary<Library>(
  packageName: string,
  version: string,
  sink: string,
): Promise<Library> {
  try {
    const loaded: Library & { readonly default?: Library } = await import(packageName);
    // CommonJS packages have their exports in `default`.
    return loaded.default ?? loaded;
  } catch (cause) {
    const { code } = cause as { code?: unknown };
    if (code !== "ERR_MODULE_NOT_FOUND" && code !== "MODULE_NOT_FOUND") throw cause;
    throw new CannotStart(
      [`FEED_FILE: sink ${sink} needs the package ${packageName}: npm i ${packageName}@${version}`],
      { cause },
    );
  }
}
