import { createWriteStream } from "node:fs";
import type { IncomingMessage } from "node:http";
import { pipeline } from "node:stream/promises";
import axios, { type AxiosResponse, isAxiosError } from "axios";
import { AppError } from "../../core/errors.ts";
import type { Secret } from "../../core/secrets/secret.ts";
import type { WorkdayPlan } from "./file.ts";

/** The report could not be read completely. Nothing was imported. */
export class ReportFailed extends AppError {
  readonly code = "REPORT_FAILED";
}

export interface WorkdayCredentials {
  readonly userName?: string;
  readonly password?: Secret;
  readonly clientSecret?: Secret;
  readonly refreshToken?: Secret;
}

/** A report is prepared before its first byte arrives, which may take half an hour (docs/clients.md 3). */
const FIRST_BYTE_MS = 30 * 60_000;
const SILENCE_MS = 120_000;
const TOKEN_MS = 30_000;

/**
 * Writes the report to a file that only this user can read. Rejects with ReportFailed, also for an incomplete
 * report.
 */
export async function downloadReport(
  url: string,
  path: string,
  plan: WorkdayPlan,
  credentials: WorkdayCredentials,
  signal: AbortSignal,
): Promise<void> {
  const authorization = await authorizationFor(plan, credentials, signal);
  try {
    const { data: stream }: AxiosResponse<IncomingMessage> = await axios.get(url, {
      headers: { authorization, accept: "application/json" },
      responseType: "stream",
      timeout: FIRST_BYTE_MS,
      maxRedirects: 0,
      proxy: false,
      signal,
    });
    stream.setTimeout(SILENCE_MS, () =>
      stream.destroy(
        new ReportFailed(
          `Workday sent nothing for ${SILENCE_MS / 1_000} seconds in the middle of the report`,
        ),
      ),
    );
    await pipeline(stream, createWriteStream(path, { mode: 0o600, flags: "wx" }), { signal });
  } catch (error) {
    throw explained(error, signal);
  }
}

async function authorizationFor(
  plan: WorkdayPlan,
  { userName, password, clientSecret, refreshToken }: WorkdayCredentials,
  signal: AbortSignal,
): Promise<string> {
  if (!plan.oauth) {
    if (!userName || !password)
      throw new ReportFailed("WORKDAY_USERNAME and WORKDAY_PASSWORD are needed to read the report");
    return basic(userName, password.reveal());
  }
  if (!clientSecret || !refreshToken)
    throw new ReportFailed("WORKDAY_CLIENT_SECRET and WORKDAY_REFRESH_TOKEN are needed to read the report");
  try {
    const body = new URLSearchParams({ grant_type: "refresh_token", refresh_token: refreshToken.reveal() });
    const { data } = await axios.post<{ readonly access_token?: unknown }>(plan.oauth.tokenUrl, body, {
      headers: { authorization: basic(plan.oauth.clientId, clientSecret.reveal()) },
      timeout: TOKEN_MS,
      maxRedirects: 0,
      proxy: false,
      signal,
    });
    if (typeof data.access_token !== "string")
      throw new ReportFailed("Workday's token endpoint answered without an access token");
    return `Bearer ${data.access_token}`;
  } catch (error) {
    throw explained(error, signal);
  }
}

const basic = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;

const REMEDIES: Readonly<Record<number, string>> = {
  401: "the credentials are wrong or the account is locked",
  403: "the account may not read this report",
  404: "there is no report at this address",
};

/** Without the request, because its headers have secrets. */
function explained(error: unknown, signal: AbortSignal): Error {
  if (signal.aborted || error instanceof ReportFailed) return error as Error;
  if (isAxiosError(error) && error.response) {
    const { status } = error.response;
    return new ReportFailed(
      `Workday answered ${status}${REMEDIES[status] === undefined ? "" : `: ${REMEDIES[status]}`}`,
    );
  }
  const code = (error as NodeJS.ErrnoException).code ?? (error instanceof Error ? error.name : "unknown");
  return new ReportFailed(`the report could not be read: ${code}`);
}
