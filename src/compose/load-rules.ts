import { readFileSync } from "node:fs";
import { CannotStart } from "../core/errors.ts";
import { unreadable } from "../core/unreadable.ts";
import { compileFeed } from "../feed/compile.ts";
import type { SinkEntry } from "../feed/file.ts";
import { compileWorkday, type WorkdayPlan } from "../import/workday/file.ts";
import { compileMapping } from "../mapping/compile.ts";
import { DEFAULT_MAPPING } from "../mapping/file/default-mapping.ts";
import { FileInvalid } from "../mapping/file/problem.ts";
import type { Mapping } from "../mapping/mapping.ts";
import { compilePolicy } from "../policy/compile.ts";
import { DEFAULT_POLICY } from "../policy/default-policy.ts";
import type { Policy } from "../policy/policy.ts";
import type { Config, WorkdaySettings } from "../settings/config.ts";
import { knownNames } from "./mapping-names.ts";

export interface Rules {
  readonly mapping: Mapping;
  /** The rules about what the loop may do. */
  readonly policy: Policy;
}

/** The rules of this installation. Throws CannotStart with all problems of both files, by line and column. */
export function loadRules({ mappingFile, policyFile }: Config, target: "dingtalk"): Rules {
  const known = knownNames(target);
  const mapping = attempt(() =>
    load("MAPPING_FILE", mappingFile, DEFAULT_MAPPING, (text) => compileMapping(text, known)),
  );
  // If the mapping is unreadable, the policy is not checked against its parking department.
  const canPark = !mapping.made || mapping.made.settings.parkIn !== undefined;
  const policy = attempt(() =>
    load("POLICY_FILE", policyFile, DEFAULT_POLICY, (text) =>
      compilePolicy(text, known.personDocument, { canPark }),
    ),
  );
  if (mapping.made && policy.made) return { mapping: mapping.made, policy: policy.made };
  throw new CannotStart([...mapping.problems, ...policy.problems], { cause: mapping.cause ?? policy.cause });
}

export const loadMapping = ({ mappingFile }: Config, target: "dingtalk"): Mapping =>
  load("MAPPING_FILE", mappingFile, DEFAULT_MAPPING, (text) => compileMapping(text, knownNames(target)));

interface Attempt<Made> {
  readonly made?: Made;
  readonly problems: readonly string[];
  readonly cause?: CannotStart;
}

function attempt<Made>(make: () => Made): Attempt<Made> {
  try {
    return { made: make(), problems: [] };
  } catch (error) {
    if (!(error instanceof CannotStart)) throw error;
    return { problems: error.problems, cause: error };
  }
}

/**
 * The report of Workday and the meaning of its columns. Throws CannotStart with all problems, by line and
 * column.
 */
export const loadWorkday = ({ file }: WorkdaySettings): WorkdayPlan =>
  load("WORKDAY_FILE", file, "", compileWorkday);

/** The consumers of events; none without a file. Throws CannotStart with all problems, by line and column. */
export const loadFeed = ({ feedFile }: Config): readonly SinkEntry[] =>
  feedFile === undefined ? [] : load("FEED_FILE", feedFile, "", compileFeed);

function load<Rules>(
  setting: string,
  file: string | undefined,
  builtIn: string,
  compile: (text: string) => Rules,
): Rules {
  try {
    return compile(file === undefined ? builtIn : readFileSync(file, "utf8"));
  } catch (cause) {
    if (cause instanceof FileInvalid) {
      throw new CannotStart(
        cause.problems.map(
          ({ line, column, path, message }) => `${setting} ${file}:${line}:${column} ${path}: ${message}`,
        ),
        { cause },
      );
    }
    throw new CannotStart([unreadable(`${setting} ${file}`, cause)], { cause });
  }
}
