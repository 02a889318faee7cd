import type { ReactNode } from "react";
import type { Access as AccessAnswer } from "../../generated/api.ts";
import { Table } from "../../parts/table.tsx";
import { Foreign, When } from "../../parts/text.tsx";
import { useWords } from "../../words/words.ts";

/* A table for each kind of access. */

type End = ((id: string, name: string) => void) | undefined;

/** The last cell of a row, with a button that ends the access. No button if it has ended already. */
function EndCell({
  onEnd,
  id,
  name,
  over,
  act,
}: {
  onEnd: End;
  id: string;
  name: string;
  over: boolean;
  act: string;
}): ReactNode {
  if (!onEnd) return null;
  return (
    <td>
      {over ? null : (
        <button type="button" onClick={() => onEnd(id, name)}>
          {act}
          <span className="hidden">
            {" "}
            <Foreign text={name} />
          </span>
        </button>
      )}
    </td>
  );
}

interface WaysProps {
  readonly title: string;
  readonly heads: readonly string[];
  readonly onEnd: End;
  readonly children: ReactNode;
}

/**
 * A table below a heading with the same text. It has a column for the button if the person may end access.
 */
function Ways({ title, heads, onEnd, children }: WaysProps): ReactNode {
  const { t } = useWords();
  return (
    <Table caption={title} captionHidden heads={onEnd ? [...heads, t("access.act")] : heads}>
      {children}
    </Table>
  );
}

export function Tokens({
  tokens,
  onEnd,
}: {
  readonly tokens: AccessAnswer["tokens"];
  readonly onEnd: End;
}): ReactNode {
  const { t } = useWords();
  const now = Date.now();
  return (
    <section>
      <h2>{t("access.tokens")}</h2>
      <Ways
        title={t("access.tokens")}
        heads={[
          t("column.name"),
          t("access.prefix"),
          t("access.scopes"),
          t("access.source"),
          t("access.lastUse"),
          t("access.end"),
        ]}
        onEnd={onEnd}
      >
        {tokens.map(({ id, name, prefix, scopes, source, lastUsedAt, expiresAt, revokedAt }) => (
          <tr key={id}>
            <th scope="row">
              <Foreign text={name} />
            </th>
            <td data-head={t("access.prefix")}>
              <code>{prefix}…</code>
            </td>
            <td data-head={t("access.scopes")} translate="no">
              {scopes.join(", ")}
            </td>
            <td data-head={t("access.source")}>
              <Foreign text={source} />
            </td>
            <td data-head={t("access.lastUse")}>
              {lastUsedAt ? <When at={lastUsedAt} /> : t("access.never")}
            </td>
            <td data-head={t("access.end")}>
              {revokedAt ? (
                <>
                  {t("access.revoked")} <When at={revokedAt} />
                </>
              ) : expiresAt ? (
                <When at={expiresAt} />
              ) : (
                "–"
              )}
            </td>
            <EndCell
              {...{ onEnd, id, name }}
              over={revokedAt !== null || (expiresAt !== null && Date.parse(expiresAt) <= now)}
              act={t("access.revoke")}
            />
          </tr>
        ))}
      </Ways>
    </section>
  );
}

export function Trusts({
  trusts,
  onEnd,
}: {
  readonly trusts: AccessAnswer["trusts"];
  readonly onEnd: End;
}): ReactNode {
  const { t } = useWords();
  return (
    <section>
      <h2>{t("access.trusts")}</h2>
      {trusts.length === 0 ? (
        <p className="quiet">{t("access.noTrusts")}</p>
      ) : (
        <Ways
          title={t("access.trusts")}
          heads={[
            t("column.name"),
            t("access.whom"),
            t("access.scopes"),
            t("access.source"),
            t("access.lastUse"),
          ]}
          onEnd={onEnd}
        >
          {trusts.map(({ id, name, issuer, subject, audiences, scopes, source, lastUsedAt, removedAt }) => (
            <tr key={id}>
              <th scope="row">
                <Foreign text={name} /> <code className="long">{id}</code>
              </th>
              <td data-head={t("access.whom")}>
                {[issuer, subject, ...audiences].map((each) => (
                  <div key={each}>
                    <code className="long">{each}</code>
                  </div>
                ))}
              </td>
              <td data-head={t("access.scopes")} translate="no">
                {scopes.join(", ")}
              </td>
              <td data-head={t("access.source")}>
                <Foreign text={source} />
              </td>
              <td data-head={t("access.lastUse")}>
                {removedAt ? t("access.removed") : lastUsedAt ? null : t("access.never")}{" "}
                {removedAt || lastUsedAt ? <When at={(removedAt ?? lastUsedAt)!} /> : null}
              </td>
              <EndCell {...{ onEnd, id, name }} over={removedAt !== null} act={t("access.remove")} />
            </tr>
          ))}
        </Ways>
      )}
    </section>
  );
}

export function People({
  sessions,
  onEnd,
}: {
  readonly sessions: AccessAnswer["sessions"];
  readonly onEnd: End;
}): ReactNode {
  const { t } = useWords();
  return (
    <section>
      <h2>{t("access.people")}</h2>
      <Ways
        title={t("access.people")}
        heads={[t("column.name"), t("access.roles"), t("access.since"), t("access.lastRequest")]}
        onEnd={onEnd}
      >
        {sessions.map(({ id, name, actor, roles, scopes, openedAt, usedAt, own }) => (
          <tr key={id}>
            <th scope="row">
              <Foreign text={name} /> {own ? <span className="chip">{t("access.you")}</span> : null}{" "}
              <code className="long">{actor}</code>
            </th>
            <td data-head={t("access.roles")} translate="no">
              {roles.length > 0 ? roles.join(", ") : scopes.join(", ")}
            </td>
            <td data-head={t("access.since")}>
              <When at={openedAt} />
            </td>
            <td data-head={t("access.lastRequest")}>
              <When at={usedAt} />
            </td>
            <EndCell {...{ onEnd, id, name }} over={own} act={t("access.signOut")} />
          </tr>
        ))}
      </Ways>
    </section>
  );
}

export function Links({
  links,
  onEnd,
}: {
  readonly links: AccessAnswer["links"];
  readonly onEnd: End;
}): ReactNode {
  const { t } = useWords();
  if (links.length === 0) return null;
  return (
    <section>
      <h2>{t("access.links")}</h2>
      <Ways
        title={t("access.links")}
        heads={[t("access.role"), t("access.madeBy"), t("access.end")]}
        onEnd={onEnd}
      >
        {links.map(({ id, role, madeBy, expiresAt }) => (
          <tr key={id}>
            <th scope="row" translate="no">
              {role}
            </th>
            <td data-head={t("access.madeBy")}>
              <Foreign text={madeBy} />
            </td>
            <td data-head={t("access.end")}>
              <When at={expiresAt} />
            </td>
            <EndCell {...{ onEnd, id }} name={role} over={false} act={t("access.revoke")} />
          </tr>
        ))}
      </Ways>
    </section>
  );
}
