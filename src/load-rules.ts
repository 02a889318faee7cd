import { readFileSync } from "node:fs";
import { CannotStart } from "./core/errors.ts";
import { compileFeed } from "./feed/compile.ts";
import type { SinkEntry } from "./feed/file.ts";
import { compileWorkday, type WorkdayPlan } from "./import/workday/file.ts";
import { compileMapping } from "./mapping/compile.ts";
import { DEFAULT_MAPPING } from "./mapping/file/default-mapping.ts";
import { FileInvalid } from "./mapping/file/problem.ts";
import type { Mapping } from "./mapping/mapping.ts";
import { knownNames } from "./mapping-names.ts";
import { compilePolicy } from "./policy/compile.ts";
import { DEFAULT_POLICY } from "./policy/default-policy.ts";
import type { Policy } from "./policy/policy.ts";
import type { Config, WorkdaySettings } from "./settings/config.ts";

/** The rules of this installation. Throws CannotStart with every mistake, by line and column. */
export const loadMapping = ({ mappingFile }: Config, target: "dingtalk"): Mapping =>
  load("MAPPING_FILE", mappingFile, DEFAULT_MAPPING, (text) => compileMapping(text, knownNames(target)));

/** What the loop may do on its own. Throws CannotStart with every mistake, by line and column. */
export const loadPolicy = ({ policyFile }: Config, target: "dingtalk", { settings }: Pick<Mapping, "settings">): Policy =>
  load("POLICY_FILE", policyFile, DEFAULT_POLICY, (text) =>
    compilePolicy(text, knownNames(target).personDocument, { canPark: settings.parkIn !== undefined }),
  );

/** Which report of Workday's is read, and what its columns mean. Throws CannotStart with every mistake, by line and column. */
export const loadWorkday = ({ file }: WorkdaySettings): WorkdayPlan => load("WORKDAY_FILE", file, "", compileWorkday);

/** Who gets the events; nobody without a file. Throws CannotStart with every mistake, by line and column. */
export const loadFeed = ({ feedFile }: Config): readonly SinkEntry[] =>
  feedFile === undefined ? [] : load("FEED_FILE", feedFile, "", compileFeed);

function load<Rules>(setting: string, file: string | undefined, builtIn: string, compile: (text: string) => Rules): Rules {
  try {
    return compile(file === undefined ? builtIn : readFileSync(file, "utf8"));
  } catch (cause) {
    if (cause instanceof FileInvalid) {
      throw new CannotStart(
        cause.problems.map(({ line, column, path, message }) => `${setting} ${file}:${line}:${column} ${path}: ${message}`),
        { cause },
      );
    }
    throw new CannotStart([`${setting} ${file} cannot be read`], { cause });
  }
}
