import type { ReactNode } from "react";
import { useAddress } from "../base/address.ts";
import { type Key, useWords } from "../words/words.ts";

/** Code in the address after a failed sign-in → text. */
const TEXTS: Readonly<Record<string, Key>> = {
  linkRefused: "refused.link",
  oidcState: "refused.state",
  oidcReplayed: "refused.replayed",
  oidcDenied: "refused.denied",
  oidcToken: "refused.token",
  oidcTenant: "refused.tenant",
  oidcNoRole: "refused.noRole",
  oidcUnavailable: "refused.unavailable",
};

/** Shows why a sign-in failed, above the view. */
export function Refused(): ReactNode {
  const { t } = useWords();
  const { query } = useAddress();
  const code = query.get("refused");
  const request = query.get("request");
  if (code === null || !Object.hasOwn(TEXTS, code)) return null;
  return (
    <div className="problem" role="alert">
      <p>
        <strong>{t("refused.title")}</strong> {t(TEXTS[code]!)}
      </p>
      <p>
        <code>{code}</code>
        {request === null || !/^[0-9a-f-]{36}$/.test(request) ? null : (
          <>
            {" "}
            {t("refused.request")} <code className="long">{request}</code>
          </>
        )}
      </p>
    </div>
  );
}
