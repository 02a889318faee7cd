/**
 * A refusal of the gateway, before a rule runs. The old and the new API answer it in different forms
 * (docs/dingtalk.md 2.2, 2.3, 9).
 */
export type GatewayRefusal =
  | { readonly kind: "token-missing" }
  | { readonly kind: "token-invalid" }
  | { readonly kind: "permission"; readonly permission: string; readonly appKey: string }
  | { readonly kind: "address"; readonly address: string; readonly appKey: string }
  | { readonly kind: "app-rate"; readonly limit: number; readonly fromMs: number; readonly untilMs: number }
  | {
      readonly kind: "app-rate-minute";
      readonly limit: number;
      readonly fromMs: number;
      readonly untilMs: number;
    }
  | {
      readonly kind: "global-rate";
      readonly limit: number;
      readonly fromMs: number;
      readonly untilMs: number;
    }
  | { readonly kind: "quota" }
  | { readonly kind: "unknown-path" }
  | { readonly kind: "busy" }
  | { readonly kind: "broken" };

/** `2026-09-03 00:01:02` in UTC+8, the format of times in the texts of a throttle (docs/dingtalk.md 9.2). */
export const beijingTime = (ms: number): string =>
  new Date(ms + 8 * 3_600_000).toISOString().slice(0, 19).replace("T", " ");
