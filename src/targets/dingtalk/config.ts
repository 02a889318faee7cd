import { createHash } from "node:crypto";

/** The person who takes over a leaver's documents, files, approvals and permissions. */
export interface HandOver {
  /** The manager at DingTalk. `otherwise`: userid of the person who takes over if there is no manager. */
  readonly to: "manager";
  readonly otherwise?: string;
  /** Id of a reason for leaving in 智能人事. The call requires one. */
  readonly reason: string;
}

/** Addresses and credentials of one DingTalk organisation and one internal app. */
export interface DingTalkConfig {
  /** Client ID and Client Secret of the app. */
  readonly appKey: string;
  readonly appSecret: string;
  readonly corpId: string;
  /** Base address of the old API without a trailing slash: `https://oapi.dingtalk.com` or `.io`. */
  readonly oapiUrl: string;
  /** Base address of the new API: `https://api.dingtalk.com` or `.io`. */
  readonly apiUrl: string;
  /** Calls per second and API. DingTalk's limit is 20. */
  readonly qps: number;
  /** ISO 3166 code of the region of numbers without a country code. `HK` when unset. */
  readonly region?: string;
  /**
   * ISO 3166 code of the region where the organisation is registered; `region` when unset. `CN` sends
   * mainland numbers without a country code (docs/dingtalk.md 5.1).
   */
  readonly registeredIn?: string;
  /**
   * The department that contains everything that we manage; the organisation itself when unset. Nothing
   * outside it is created, changed or removed.
   */
  readonly managedRoot?: string;
  /** Role group of the managed roles. Roles of other groups are never read. `SCIM` when unset. */
  readonly roleGroup?: string;
  /** Whether the mapping creates enterprise accounts. Then `check` also tests their permission. */
  readonly enterpriseAccounts?: boolean;
  /** Agent id of the app for work notices. When unset, no notices are sent. */
  readonly agentId?: number;
  /** Whether the mapping needs people's pictures. */
  readonly readsAvatar?: boolean;
  /** The person who takes over leavers' documents. Absent: no hand-over. */
  readonly handOver?: HandOver;
  /** Maximum time for an answer in milliseconds, 20 000 when unset. */
  readonly timeoutMs?: number;
}

/**
 * A digest that shows whether two processes use the same credentials and addresses, without revealing them.
 */
export const settingsDigest = ({ appKey, appSecret, corpId, oapiUrl, apiUrl }: DingTalkConfig): string =>
  createHash("sha256")
    .update(JSON.stringify([appKey, appSecret, corpId, oapiUrl, apiUrl]))
    .digest("base64url")
    .slice(0, 16);
