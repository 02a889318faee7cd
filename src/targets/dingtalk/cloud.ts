import type { Problem } from "../../reconcile/target.ts";
import type { CheckReason } from "./check-problem.ts";
import type { DingTalkConfig } from "./config.ts";

/** Both API addresses of an organisation belong to the same cloud (docs/dingtalk.md 1). */
export function checkCloud({
  oapiUrl,
  apiUrl,
}: Pick<DingTalkConfig, "oapiUrl" | "apiUrl">): readonly Problem[] {
  const [old, recent] = [cloudOf(oapiUrl), cloudOf(apiUrl)];
  if (old === undefined || recent === undefined || old === recent) return [];
  return [
    {
      code: "cloud",
      reasonCode: "cloudsMixed" satisfies CheckReason,
      concerns: "process",
      text: `DINGTALK_OAPI_URL (${oapiUrl}) is of the ${old} cloud and DINGTALK_API_URL (${apiUrl}) of the ${recent} cloud`,
      remedy:
        "set both to .com (an organisation of the mainland product) or both to .io (DingTalk International): the one whose console shows the app",
    },
  ];
}

/** `.com` or `.io`. Undefined for any other address, such as a proxy's. */
const cloudOf = (url: string): string | undefined =>
  /\.dingtalk(\.com|\.io)$/.exec(new URL(url).hostname)?.[1];
