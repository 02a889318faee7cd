import type { ReactNode } from "react";
import { Link } from "../../parts/link.tsx";
import { useWords } from "../../words/words.ts";
import type { Fault, Verdict } from "./verify.ts";

interface OutcomeProps {
  readonly verdict: Verdict;
  /** The person has given the key. False: the key is that of the server. */
  readonly withKey: boolean;
}

/** The result of the check, and the key that it used. */
export function Outcome({ verdict, withKey }: OutcomeProps): ReactNode {
  const { t, number } = useWords();
  if (!verdict.ok)
    return (
      <div className="problem" role="alert">
        <p>
          <strong>{t("verify.failed")}</strong> <FaultText fault={verdict.fault} />
        </p>
        <p>{t("verify.failedNext")}</p>
      </div>
    );
  const { size, root, compared, withoutValues, gone, anchors } = verdict.verified;
  return (
    <div className="good" role="status">
      <p>
        <strong>{t("verify.verified", { count: size })}</strong>
      </p>
      <dl className="facts">
        <dt>{t("verify.root")}</dt>
        <dd>
          <code className="long">{root}</code>
        </dd>
        <dt>{t("verify.compared")}</dt>
        <dd>{number(compared)}</dd>
        {withoutValues > 0 ? (
          <>
            <dt>{t("verify.withoutValues")}</dt>
            <dd>{number(withoutValues)}</dd>
          </>
        ) : null}
        {gone > 0 ? (
          <>
            <dt>{t("verify.gone")}</dt>
            <dd>{number(gone)}</dd>
          </>
        ) : null}
        <dt>{t("verify.anchors")}</dt>
        <dd>{number(anchors)}</dd>
      </dl>
      <p>{t(withKey ? "verify.yourKeyUsed" : "verify.serversKeyUsed")}</p>
    </div>
  );
}

export function FaultText({ fault: { code, index, event } }: { readonly fault: Fault }): ReactNode {
  const { t } = useWords();
  return (
    <span>
      {t(`fault.${code}`)}{" "}
      {index === undefined ? null : (
        <>
          {t("verify.firstWrong")} <code>{index}</code>{" "}
        </>
      )}
      {event === undefined ? null : (
        <Link href={`/history/${event}`}>
          <code>{event}</code>
        </Link>
      )}
    </span>
  );
}
