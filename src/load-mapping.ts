import { readFileSync } from "node:fs";
import type { Config } from "./config.ts";
import { CannotStart } from "./core/errors.ts";
import { compileMapping } from "./mapping/compile.ts";
import { DEFAULT_MAPPING } from "./mapping/file/default-mapping.ts";
import { MappingInvalid } from "./mapping/file/problem.ts";
import type { Mapping } from "./mapping/mapping.ts";
import { knownNames } from "./mapping-names.ts";

/** The rules of this installation. Throws CannotStart with every mistake, by line and column. */
export function loadMapping(config: Config, target: "dingtalk"): Mapping {
  const { mappingFile } = config;
  try {
    return compileMapping(mappingFile === undefined ? DEFAULT_MAPPING : readFileSync(mappingFile, "utf8"), knownNames(target));
  } catch (cause) {
    if (cause instanceof MappingInvalid) {
      throw new CannotStart(
        cause.problems.map(({ line, column, path, message }) => `MAPPING_FILE ${mappingFile}:${line}:${column} ${path}: ${message}`),
        { cause },
      );
    }
    throw new CannotStart([`MAPPING_FILE ${mappingFile} cannot be read`], { cause });
  }
}
