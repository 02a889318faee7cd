import { z } from "zod";
import type { JsonValue } from "../../core/entity.ts";
import { ExpressionInvalid, expressionCompiler } from "../../mapping/expression/expression.ts";
import { mappingFile } from "../../mapping/file/file.ts";
import { FileInvalid, type FileProblem, inOrder } from "../../mapping/file/problem.ts";
import { readYaml } from "../../mapping/file/yaml-file.ts";
import { FIELDS, type Field, type FieldReader, type FieldReaders } from "../columns.ts";

/*
 * WORKDAY_FILE: the report, its interval, and the meaning of its columns. It has no secrets; settings have
 * them.
 */

export class WorkdayFileInvalid extends FileInvalid {
  readonly code = "WORKDAY_FILE_INVALID";
}

const text = z.string().trim().min(1).max(2_000);

/**
 * Must be https, because it transfers people and credentials. Plain http is accepted for tests on this
 * machine.
 */
const address = z.string().refine(isAddress, "must be an https address without user and fragment");

function isAddress(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, hostname, username, password, hash } = new URL(value);
  const isHere = ["127.0.0.1", "[::1]", "localhost"].includes(hostname);
  return (protocol === "https:" || (protocol === "http:" && isHere)) && username + password + hash === "";
}

const workdayFile = z.strictObject({
  version: z.literal(1, { error: "must be 1, the version of this file format" }),
  /** The source that is filled. No other client should write to it. */
  source: text.max(200).default("workday"),
  report: z.strictObject({
    url: address,
    /** Prompts that limit the report to entries of a period. Without them every reading has everybody. */
    updated: z.strictObject({ from: text, through: text }).optional(),
  }),
  /** OAuth with a refresh token. Without it user name and password are sent (Basic). */
  oauth: z.strictObject({ tokenUrl: address, clientId: text }).optional(),
  everyMinutes: z.number().int().min(15).max(1_440).default(60),
  fullEveryDays: z.number().int().min(1).max(31).default(7),
  /** Field → expression over `row`. Without it the names of columns decide (docs/sources.md). */
  columns: z.partialRecord(z.enum(FIELDS as readonly [Field, ...Field[]]), text).optional(),
});

export interface WorkdayPlan {
  readonly source: string;
  readonly url: string;
  readonly updated?: { readonly from: string; readonly through: string };
  readonly oauth?: { readonly tokenUrl: string; readonly clientId: string };
  readonly everyMs: number;
  readonly fullEveryMs: number;
  readonly rules?: FieldReaders;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** Throws WorkdayFileInvalid with all problems, each with its line, column and path. */
export function compileWorkday(yamlText: string): WorkdayPlan {
  const parsed = readYaml(
    yamlText,
    workdayFile,
    (problems, options) => new WorkdayFileInvalid(problems, options),
  );
  const { source, report, oauth, everyMinutes, fullEveryDays, columns } = parsed.file;
  const problems: FileProblem[] = [];
  const rules = new Map<Field, FieldReader>();
  const compile = expressionCompiler(mappingFile.parse({ version: 1 }), ["row"]);
  for (const [field, expression] of Object.entries(columns ?? {}) as readonly [Field, string][]) {
    try {
      const { evaluate } = compile(expression);
      rules.set(field, (row) => {
        const result = evaluate({ row });
        return result.kind === "failed" ? undefined : ((result.value ?? null) as JsonValue);
      });
    } catch (error) {
      if (!(error instanceof ExpressionInvalid)) throw error;
      problems.push(parsed.problemAt(["columns", field], error.message, error.offset));
    }
  }
  if (columns && !KEYS.some((field) => columns[field] !== undefined))
    problems.push(
      parsed.problemAtKey(["columns"], `needs one of ${KEYS.join(", ")}: by it the person is found again`),
    );
  if (problems.length > 0) throw new WorkdayFileInvalid(inOrder(problems));
  return {
    source,
    url: report.url,
    ...(report.updated ? { updated: report.updated } : {}),
    ...(oauth ? { oauth } : {}),
    everyMs: everyMinutes * MINUTE_MS,
    fullEveryMs: fullEveryDays * DAY_MS,
    ...(columns ? { rules } : {}),
  };
}

const KEYS = ["externalId", "employeeNumber", "userName"] as const satisfies readonly Field[];
