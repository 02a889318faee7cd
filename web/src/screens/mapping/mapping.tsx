import type { ReactNode } from "react";
import { useAnswer } from "../../base/queries.ts";
import { may } from "../../base/rights.ts";
import type { Mapping as MappingAnswer, Session } from "../../generated/api.ts";
import { Link } from "../../parts/link.tsx";
import { Loading, Problem } from "../../parts/states.tsx";
import { Table } from "../../parts/table.tsx";
import { Foreign } from "../../parts/text.tsx";
import { useWords } from "../../words/words.ts";
import { Bench } from "./bench.tsx";
import { Mistakes } from "./mistakes.tsx";
import { Notes } from "./notes.tsx";
import { Replay } from "./replay.tsx";

/**
 * The present mapping file: its rules, its notes about people, its result for one person, and a trial of a
 * changed file.
 */
export function Mapping({ session }: { readonly session: Session }): ReactNode {
  const { t } = useWords();
  const { data, error } = useAnswer("GET /api/mapping");
  if (!data) return error ? <Problem error={error} /> : <Loading />;
  const isUsable = data.problems.length === 0;
  return (
    <>
      <p>{t("mapping.text")}</p>
      <Problem error={error} />
      <Facts mapping={data} />
      {isUsable ? null : (
        <section>
          <h2>{t("mapping.mistakes")}</h2>
          <Mistakes problems={data.problems} text={t("mapping.mistakesText")} />
        </section>
      )}
      {isUsable ? <Bench /> : null}
      {isUsable ? <Notes /> : null}
      {isUsable && may(session, "operate") ? <Replay key={data.version} text={data.text} /> : null}
      {isUsable ? <Rules rules={data.rules} groups={data.groups} /> : null}
      <details open={!isUsable}>
        <summary>{t("mapping.file")}</summary>
        <pre lang="en" translate="no">
          <code>{data.text}</code>
        </pre>
      </details>
    </>
  );
}

function Facts({
  mapping: { file, version, inForce, settings },
}: {
  readonly mapping: MappingAnswer;
}): ReactNode {
  const { t } = useWords();
  const isOld = version !== null && inForce !== null && version !== inForce;
  return (
    <>
      {isOld ? (
        <p className="note" role="note">
          {t("mapping.notInForce")}
        </p>
      ) : null}
      <dl className="facts">
        <dt>{t("mapping.source")}</dt>
        <dd>{file === null ? t("mapping.builtIn") : <code>{file}</code>}</dd>
        <dt>{t("mapping.version")}</dt>
        <dd>{version === null ? t("mapping.unusable") : <code>{version}</code>}</dd>
        <dt>{t("mapping.inForce")}</dt>
        <dd>
          {inForce === null ? t("mapping.unknown") : <code>{inForce}</code>}{" "}
          <Link href={`/history?filter=${encodeURIComponent('code eq "mapping.changed"')}`}>
            {t("mapping.versions")}
          </Link>
        </dd>
        {settings ? (
          <>
            <dt>{t("mapping.departmentsFrom")}</dt>
            <dd>{t(`mappingFrom.${settings.from}`)}</dd>
            <dt>{t("mapping.inactive")}</dt>
            <dd>{t(`mappingInactive.${settings.inactive}`)}</dd>
            <dt>{t("mapping.region")}</dt>
            <dd>
              <code>{settings.region}</code>
            </dd>
            <dt>{t("mapping.zone")}</dt>
            <dd>
              <code>{settings.zone}</code>
            </dd>
          </>
        ) : null}
      </dl>
    </>
  );
}

function Rules({ rules, groups }: Pick<MappingAnswer, "rules" | "groups">): ReactNode {
  const { t } = useWords();
  return (
    <section>
      <h2>{t("mapping.rules")}</h2>
      {(["person", "department"] as const).map((about) => {
        const shown = rules.filter((rule) => rule.about === about);
        if (shown.length === 0) return null;
        return (
          <Table
            key={about}
            caption={t(`mappingAbout.${about}`)}
            heads={[t("column.attribute"), t("mapping.rule"), t("mapping.when")]}
          >
            {shown.map(({ attribute, rule, when, empty, default: otherwise, maxLength }) => (
              <tr key={attribute}>
                <th scope="row">
                  <code>{attribute}</code>
                </th>
                <td>
                  <code>{rule}</code>
                  {otherwise === undefined ? null : (
                    <div className="quiet">
                      {t("mapping.otherwise")} <code>{otherwise}</code>
                    </div>
                  )}
                </td>
                <td>
                  {t(`mappingWhen.${when}`)}
                  {empty === "clear" ? <div className="quiet">{t("mapping.clears")}</div> : null}
                  {maxLength === undefined ? null : (
                    <div className="quiet">{t("mapping.maxLength", { length: maxLength })}</div>
                  )}
                </td>
              </tr>
            ))}
          </Table>
        );
      })}
      {groups.length === 0 ? null : (
        <Table caption={t("mapping.groups")} heads={[t("mapping.match"), t("mapping.becomes")]}>
          {groups.map(({ match, to, name, under }) => (
            <tr key={match}>
              <th scope="row">
                <code>{match}</code>
              </th>
              <td>
                {t(`mappingTo.${to}`)} {name === undefined ? null : <Foreign text={name} />}
                {under === undefined ? null : (
                  <div className="quiet">
                    {t("mapping.under")} <Foreign text={under} />
                  </div>
                )}
              </td>
            </tr>
          ))}
        </Table>
      )}
    </section>
  );
}
