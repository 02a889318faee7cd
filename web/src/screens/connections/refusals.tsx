import type { ReactNode } from "react";
import { useAnswer, useNow } from "../../base/queries.ts";
import { Link } from "../../parts/link.tsx";
import { Problem } from "../../parts/states.tsx";
import { Table } from "../../parts/table.tsx";
import { When } from "../../parts/text.tsx";
import { type Key, useWords } from "../../words/words.ts";

const HOUR_MS = 3_600_000;
const WEEK_MS = 7 * 24 * HOUR_MS;

/** Check (src/http/auth/refusals.ts) → text. A check of a later version is shown only by its code. */
const CHECKS: Readonly<Record<string, Key>> = {
  missing: "check.missing",
  notBearer: "check.notBearer",
  severalHeaders: "check.severalHeaders",
  notBasic: "check.notBasic",
  incomplete: "check.incomplete",
  mistyped: "check.mistyped",
  unknownForm: "check.unknownForm",
  unknownToken: "check.unknownToken",
  wrongSecret: "check.wrongSecret",
  revoked: "check.revoked",
  expired: "check.expired",
  accessTokenRefused: "check.accessTokenRefused",
  clientGone: "check.clientGone",
  linkRefused: "refused.link",
  assertionRefused: "check.assertionRefused",
  oidcState: "refused.state",
  oidcReplayed: "refused.replayed",
  oidcDenied: "refused.denied",
  oidcToken: "refused.token",
  oidcTenant: "refused.tenant",
  oidcNoRole: "refused.noRole",
  oidcUnavailable: "refused.unavailable",
};

/**
 * The credentials that were refused in the last week, each with the failed check. It shows no part of a
 * credential that could be used.
 */
export function Refusals(): ReactNode {
  const { t } = useWords();
  // Rounded to the hour, so that the query does not change while the view is open.
  const since = new Date(Math.floor((useNow() - WEEK_MS) / HOUR_MS) * HOUR_MS).toISOString();
  const filter = `code eq "access.refused" and at gt "${since}"`;
  const { data, error } = useAnswer("GET /api/history", { query: { filter, count: 20 } }, { live: true });
  return (
    <section>
      <h2>{t("refusals.title")}</h2>
      <Problem error={error} />
      {data?.events.length === 0 ? <p>✓ {t("refusals.none")}</p> : null}
      {data && data.events.length > 0 ? (
        <>
          <Table
            caption={t("refusals.title")}
            captionHidden
            heads={[t("refusals.when"), t("refusals.check"), t("refusals.credential"), t("refusals.path")]}
          >
            {data.events.map(({ id, at, detail }) => (
              <tr key={id}>
                <th scope="row">
                  <Link href={`/history/${id}`}>
                    <When at={at} />
                  </Link>
                </th>
                <td data-head={t("refusals.check")}>
                  <Check name={textIn(detail, "check")} />
                </td>
                <td data-head={t("refusals.credential")}>
                  <code className="long">
                    {textIn(detail, "tokenId") ?? textIn(detail, "tokenPrefix") ?? "–"}
                  </code>
                </td>
                <td data-head={t("refusals.path")}>
                  <code className="long">{textIn(detail, "path") ?? "–"}</code>
                </td>
              </tr>
            ))}
          </Table>
          <p>
            <Link href={`/history?filter=${encodeURIComponent(filter)}`}>{t("refusals.all")}</Link>
          </p>
        </>
      ) : null}
    </section>
  );
}

function Check({ name }: { readonly name: string | undefined }): ReactNode {
  const { t } = useWords();
  const key = name === undefined || !Object.hasOwn(CHECKS, name) ? undefined : CHECKS[name];
  return (
    <>
      {key ? t(key) : null} <code>{name}</code>
    </>
  );
}

function textIn(detail: unknown, name: string): string | undefined {
  const value =
    typeof detail === "object" && detail !== null
      ? (detail as Readonly<Record<string, unknown>>)[name]
      : undefined;
  return typeof value === "string" ? value : undefined;
}
