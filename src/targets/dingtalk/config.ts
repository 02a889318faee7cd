import { createHash } from "node:crypto";

/** The person who takes over a leaver's documents, files, approvals and permissions. */
export interface HandOver {
  /** The manager as DingTalk has them; `otherwise`: userid of who takes over where there is none. */
  readonly to: "manager";
  readonly otherwise?: string;
  /** Id of a reason for leaving, as 智能人事 lists them: the call demands one. */
  readonly reason: string;
}

/** How to reach one DingTalk organisation through one internal app. */
export interface DingTalkConfig {
  /** Client ID and Client Secret of the app. */
  readonly appKey: string;
  readonly appSecret: string;
  readonly corpId: string;
  /** Base address of the old API, without a slash at the end: `https://oapi.dingtalk.com` or `.io`. */
  readonly oapiUrl: string;
  /** Base address of the new API: `https://api.dingtalk.com` or `.io`. */
  readonly apiUrl: string;
  /** Calls per second and API that the limiter lets through. DingTalk's own limit is 20. */
  readonly qps: number;
  /**
   * ISO 3166 code of the region that numbers without a country code are of, `HK` when unset.
   */
  readonly region?: string;
  /** ISO 3166 code of where the organisation is registered, as `region` when unset: one of `CN` writes mainland numbers bare (docs/dingtalk.md 5.1). */
  readonly registeredIn?: string;
  /** Department below which everything of ours is, the organisation itself when unset. Nothing outside is made, changed or removed. */
  readonly managedRoot?: string;
  /** Role group of the managed roles; others are never read. Default: `SCIM`. */
  readonly roleGroup?: string;
  /** Whether the mapping makes enterprise accounts, so that `check` asks for their permission too. */
  readonly enterpriseAccounts?: boolean;
  /** Agent id of the app, under which it sends work notices; none are sent when unset. */
  readonly agentId?: number;
  /** Whether the mapping needs people's pictures. */
  readonly readsAvatar?: boolean;
  /** The person who takes over leavers' documents. Absent: no hand-over. */
  readonly handOver?: HandOver;
  /** How long an answer may take, 20 000 ms when unset. */
  readonly timeoutMs?: number;
}

/** Tells whether two processes work with the same credentials and addresses, and nothing else of them. */
export const settingsDigest = ({ appKey, appSecret, corpId, oapiUrl, apiUrl }: DingTalkConfig): string =>
  createHash("sha256")
    .update(JSON.stringify([appKey, appSecret, corpId, oapiUrl, apiUrl]))
    .digest("base64url")
    .slice(0, 16);
