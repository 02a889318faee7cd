import type { Organisation } from "../../organisation/model.ts";
import type { Done } from "../../organisation/organisation.ts";
import { type Fields, text } from "../../wire/fields.ts";
import { invalidParameter } from "../../wire/refusal.ts";

const YEAR_MS = 365 * 86_400_000;

/**
 * `GET /v1.0/contact/empLeaveRecords` (docs/dingtalk.md 7): a period of at most 365 days, 50 records a page,
 * oldest first. The last page has no `nextToken`.
 */
export function listLeaveRecords(organisation: Organisation, fields: Fields): Done {
  const start = time(fields, "startTime");
  if (start === undefined) throw invalidParameter("startTime");
  const end = time(fields, "endTime") ?? start + YEAR_MS;
  if (end < start || end - start > YEAR_MS) throw invalidParameter("endTime");
  const size = count(fields, "maxResults") ?? 50;
  if (size < 1 || size > 50) throw invalidParameter("maxResults");
  const from = count(fields, "nextToken") ?? 0;
  const found = organisation.leaves.filter((record) => record.leaveMs >= start && record.leaveMs <= end);
  const records = found.slice(from, from + size).map(({ leaveMs, ...record }) => ({
    ...record,
    leaveTime: `${new Date(leaveMs).toISOString().slice(0, 19)}Z`,
  }));
  const next = from + records.length;
  return { answer: { ...(next < found.length ? { nextToken: String(next) } : {}), records } };
}

function time(fields: Fields, name: string): number | undefined {
  const written = text(fields, name);
  if (!written) return undefined;
  const zoned = /(Z|[+-]\d\d:?\d\d)$/.test(written) || !written.includes("T");
  const ms = Date.parse(zoned ? written : `${written}Z`);
  if (Number.isNaN(ms)) throw invalidParameter(name);
  return ms;
}

function count(fields: Fields, name: string): number | undefined {
  const written = text(fields, name);
  if (!written) return undefined;
  if (!/^\d{1,9}$/.test(written)) throw invalidParameter(name);
  return Number(written);
}
