import { z } from "zod";
import { describeIssues } from "../organisation/switches.ts";
import { decodedPart, type Handling, type HttpCall, header, json, type Reply } from "../wire/wire.ts";

/*
 * Custom reports of Workday as web services with Basic authentication (docs/clients.md 3). `POST
 * /_sim/workday` sets their rows and faults.
 */

const reportSchema = z.strictObject({
  /** Name of the report: the last part of its address. */
  report: z.string().min(1),
  rows: z.array(z.record(z.string(), z.unknown())),
  /**
   * The column with the time to which the prompts of a period apply. The report always contains rows without
   * it.
   */
  enteredColumn: z.string().default("Entered"),
  status: z.number().int().min(200).max(599).default(200),
  /** The connection is closed after this number of bytes of the answer. */
  cutAfter: z.number().int().min(0).optional(),
  delayMs: z.number().int().min(0).max(600_000).default(0),
});

type Report = z.output<typeof reportSchema>;

export interface Reports {
  put(body: unknown): Reply;
  answer(call: HttpCall): Handling;
}

const PATH = /^\/ccx\/service\/customreport2\/[^/]+\/[^/]+\/([^/]+)$/;

export const isReport = (path: string): boolean => PATH.test(path);

export function createReports(userName: string, password: string): Reports {
  const reports = new Map<string, Report>();
  const expected = `Basic ${Buffer.from(`${userName}:${password}`).toString("base64")}`;

  const replyTo = (call: HttpCall, report: Report | undefined): Reply => {
    if (call.method !== "GET") return json(405, { error: "GET only" });
    if (header(call, "authorization") !== expected)
      return json(401, { error: "invalid username or password" });
    if (!report) return json(404, { error: "no such report" });
    if (report.status !== 200) return json(report.status, { error: "status set by POST /_sim/workday" });
    if (call.query["format"] !== "json")
      return { status: 200, contentType: "text/xml", body: "<wd:Report_Data/>" };
    const reply = json(200, {
      Report_Entry: report.rows.filter((row) => isIn(row, report.enteredColumn, call)),
    });
    return report.cutAfter === undefined ? reply : { ...reply, cutAfter: report.cutAfter };
  };

  return {
    put(body) {
      const parsed = reportSchema.safeParse(body);
      if (!parsed.success) return json(400, { error: describeIssues(parsed.error) });
      reports.set(parsed.data.report, parsed.data);
      return json(200, { report: parsed.data.report, rows: parsed.data.rows.length });
    },
    answer(call) {
      const report = reports.get(decodedPart(PATH.exec(call.path)?.[1] ?? "") ?? "");
      return { kind: "answer", reply: replyTo(call, report), afterMs: report?.delayMs ?? 0 };
    },
  };
}

/** Whether a row is in the period of the prompts Updated_From (inclusive) and Updated_Through (exclusive). */
function isIn(row: Readonly<Record<string, unknown>>, column: string, { query }: HttpCall): boolean {
  const entered = row[column];
  if (query["Updated_From"] === undefined || typeof entered !== "string") return true;
  const at = Date.parse(entered);
  return at >= Date.parse(query["Updated_From"]) && at < Date.parse(query["Updated_Through"] ?? "9999-12-31");
}
