import { type ReactNode, useId, useState } from "react";
import { useAnswer, useEnding, useOrder } from "../base/queries.ts";
import { may } from "../base/rights.ts";
import type { Access as AccessAnswer, MadeLink, MadeToken, NewLink, NewToken, Session } from "../generated/api.ts";
import { Copied } from "../parts/copied.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { Loading, Problem } from "../parts/states.tsx";
import { Table } from "../parts/table.tsx";
import { Foreign, When } from "../parts/text.tsx";
import { useWords } from "../words/words.ts";

type Ends = `DELETE /api/access/${"tokens" | "trusts" | "sessions" | "links"}/{id}`;

/** What is about to be done. */
type Asked =
  | { readonly kind: "token" }
  | { readonly kind: "link" }
  | { readonly kind: "end"; readonly operation: Ends; readonly id: string; readonly name: string };

/** Who has a way in: tokens, trusts, people signed in, one-time links. */
export function Access({ session }: { readonly session: Session }): ReactNode {
  const { t } = useWords();
  const { data, error } = useAnswer("GET /api/access", {}, { live: true });
  const [asked, setAsked] = useState<Asked>();
  const [made, setMade] = useState<MadeToken | MadeLink>();
  if (!data) return error ? <Problem error={error} /> : <Loading />;
  const acts = may(session, "administer");
  const close = () => setAsked(undefined);
  const show = (shown: MadeToken | MadeLink) => {
    close();
    setMade(shown);
  };
  const end = (operation: Ends) => (acts ? (id: string, name: string) => setAsked({ kind: "end", operation, id, name }) : undefined);
  return (
    <>
      {made ? <Made made={made} onClose={() => setMade(undefined)} /> : null}
      {acts ? (
        <p className="buttons">
          <button type="button" className="primary" onClick={() => setAsked({ kind: "token" })}>
            {t("access.makeToken")}
          </button>
          <button type="button" onClick={() => setAsked({ kind: "link" })}>
            {t("access.makeLink")}
          </button>
        </p>
      ) : null}
      <Tokens tokens={data.tokens} onEnd={end("DELETE /api/access/tokens/{id}")} />
      <Trusts trusts={data.trusts} onEnd={end("DELETE /api/access/trusts/{id}")} />
      <People sessions={data.sessions} onEnd={end("DELETE /api/access/sessions/{id}")} />
      <Links links={data.links} onEnd={end("DELETE /api/access/links/{id}")} />
      {asked?.kind === "token" ? <TokenDialog onClose={close} onMade={show} /> : null}
      {asked?.kind === "link" ? <LinkDialog onClose={close} onMade={show} /> : null}
      {asked?.kind === "end" ? <EndDialog asked={asked} onClose={close} /> : null}
    </>
  );
}

/** A secret, this once. */
function Made({ made, onClose }: { readonly made: MadeToken | MadeLink; readonly onClose: () => void }): ReactNode {
  const { t } = useWords();
  return (
    <section className="banner careful" aria-label={t("access.made")}>
      <div>
        <p role="status">
          <strong>{t("access.once")}</strong>
        </p>
        <dl className="facts">
          {"token" in made ? (
            <>
              <Copied name={t("access.token")} value={made.token} />
              <Copied name={t("access.clientId")} value={made.id} />
              <Copied name={t("access.clientSecret")} value={made.clientSecret} />
            </>
          ) : (
            <Copied name={t("access.link")} value={made.url} />
          )}
        </dl>
      </div>
      <button type="button" onClick={onClose}>
        {t("access.kept")}
      </button>
    </section>
  );
}

type End = ((id: string, name: string) => void) | undefined;

/** The last cell of a row: ending it, where that is possible. */
function EndCell({ onEnd, id, name, over, act }: { onEnd: End; id: string; name: string; over: boolean; act: string }): ReactNode {
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

function Tokens({ tokens, onEnd }: { readonly tokens: AccessAnswer["tokens"]; readonly onEnd: End }): ReactNode {
  const { t } = useWords();
  const now = Date.now();
  return (
    <section>
      <h2>{t("access.tokens")}</h2>
      <Table
        caption={t("access.tokens")}
        captionHidden
        heads={[
          ...[t("column.name"), t("access.prefix"), t("access.scopes"), t("access.source"), t("access.lastUse"), t("access.end")],
          ...(onEnd ? [t("access.act")] : []),
        ]}
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
            <td data-head={t("access.lastUse")}>{lastUsedAt ? <When at={lastUsedAt} /> : t("access.never")}</td>
            <td data-head={t("access.end")}>
              {revokedAt ? (
                <>
                  {t("access.revoked")} <When at={revokedAt} />
                </>
              ) : expiresAt ? (
                <Until at={expiresAt} />
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
      </Table>
    </section>
  );
}

/** An end that is still to come, or has come. */
function Until({ at }: { readonly at: string }): ReactNode {
  const words = useWords();
  return (
    <time dateTime={at}>
      {words.ago(at)} <span className="quiet">{words.time(at)}</span>
    </time>
  );
}

function Trusts({ trusts, onEnd }: { readonly trusts: AccessAnswer["trusts"]; readonly onEnd: End }): ReactNode {
  const { t } = useWords();
  return (
    <section>
      <h2>{t("access.trusts")}</h2>
      {trusts.length === 0 ? (
        <p className="quiet">{t("access.noTrusts")}</p>
      ) : (
        <Table
          caption={t("access.trusts")}
          captionHidden
          heads={[
            ...[t("column.name"), t("access.issuer"), t("access.scopes"), t("access.source"), t("access.lastUse")],
            ...(onEnd ? [t("access.act")] : []),
          ]}
        >
          {trusts.map(({ id, name, issuer, scopes, source, lastUsedAt, removedAt }) => (
            <tr key={id}>
              <th scope="row">
                <Foreign text={name} /> <code className="long">{id}</code>
              </th>
              <td data-head={t("access.issuer")}>
                <code className="long">{issuer}</code>
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
        </Table>
      )}
      <p>
        {t("access.trustBy")} <code className="long">npx dingtalk-scim trust add --help</code>
      </p>
    </section>
  );
}

function People({ sessions, onEnd }: { readonly sessions: AccessAnswer["sessions"]; readonly onEnd: End }): ReactNode {
  const { t } = useWords();
  return (
    <section>
      <h2>{t("access.people")}</h2>
      <Table
        caption={t("access.people")}
        captionHidden
        heads={[...[t("column.name"), t("access.roles"), t("access.since"), t("access.lastRequest")], ...(onEnd ? [t("access.act")] : [])]}
      >
        {sessions.map(({ id, name, actor, roles, scopes, openedAt, usedAt, own }) => (
          <tr key={id}>
            <th scope="row">
              <Foreign text={name} /> {own ? <span className="chip">{t("access.you")}</span> : null} <code className="long">{actor}</code>
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
      </Table>
    </section>
  );
}

function Links({ links, onEnd }: { readonly links: AccessAnswer["links"]; readonly onEnd: End }): ReactNode {
  const { t } = useWords();
  if (links.length === 0) return null;
  return (
    <section>
      <h2>{t("access.links")}</h2>
      <Table
        caption={t("access.links")}
        captionHidden
        heads={[...[t("access.role"), t("access.madeBy"), t("access.end")], ...(onEnd ? [t("access.act")] : [])]}
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
              <Until at={expiresAt} />
            </td>
            <EndCell {...{ onEnd, id }} name={role} over={false} act={t("access.revoke")} />
          </tr>
        ))}
      </Table>
    </section>
  );
}

interface MakingProps {
  readonly onClose: () => void;
  readonly onMade: (made: MadeToken | MadeLink) => void;
}

const SCOPES: readonly NewToken["scopes"][number][] = ["provision", "history:read", "history:personal", "metrics", "admin"];

function TokenDialog({ onClose, onMade }: MakingProps): ReactNode {
  const { t } = useWords();
  const [nameId, sourceId, daysId] = [useId(), useId(), useId()];
  const { data } = useAnswer("GET /api/sources");
  const [name, setName] = useState("");
  const [source, setSource] = useState("default");
  const [days, setDays] = useState("366");
  const [scopes, setScopes] = useState<readonly NewToken["scopes"][number][]>(["provision"]);
  const order = useOrder("POST /api/access/tokens");
  const body: NewToken = { name, source, scopes, days: Number(days) };
  const toggle = (scope: NewToken["scopes"][number]) =>
    setScopes(scopes.includes(scope) ? scopes.filter((each) => each !== scope) : [...scopes, scope]);
  return (
    <Dialog
      title={t("access.makeToken")}
      act={t("access.makeToken")}
      busy={order.isPending}
      blocked={name.trim() === "" || scopes.length === 0 || !(Number(days) >= 1 && Number(days) <= 366)}
      onAct={() => order.mutate({ body }, { onSuccess: onMade })}
      onClose={onClose}
      order={order}
    >
      <div className="field">
        <label htmlFor={nameId}>{t("access.nameOf")}</label>
        <input id={nameId} value={name} maxLength={200} required autoComplete="off" onChange={(event) => setName(event.target.value)} />
      </div>
      <fieldset>
        <legend>{t("access.scopes")}</legend>
        {SCOPES.map((scope) => (
          <label key={scope} className="choice">
            <input type="checkbox" checked={scopes.includes(scope)} onChange={() => toggle(scope)} />{" "}
            <strong translate="no">{scope}</strong>{" "}
            {t(`scope.${scope === "history:read" ? "history" : scope === "history:personal" ? "personal" : scope}`)}
          </label>
        ))}
      </fieldset>
      <div className="field">
        <label htmlFor={sourceId}>{t("access.source")}</label>
        <select id={sourceId} value={source} onChange={(event) => setSource(event.target.value)}>
          {(data?.sources ?? [{ id: "default", name: "default" }]).map((each) => (
            <option key={each.id} translate="no">
              {each.name}
            </option>
          ))}
        </select>
      </div>
      <div className="field">
        <label htmlFor={daysId}>{t("access.days")}</label>
        <input id={daysId} inputMode="numeric" value={days} autoComplete="off" onChange={(event) => setDays(event.target.value)} />
      </div>
    </Dialog>
  );
}

const ROLES: readonly NewLink["role"][] = ["viewer", "operator", "approver", "auditor", "admin"];

function LinkDialog({ onClose, onMade }: MakingProps): ReactNode {
  const { t } = useWords();
  const [roleId, reasonId] = [useId(), useId()];
  const [role, setRole] = useState<NewLink["role"]>("viewer");
  const [reason, setReason] = useState("");
  const order = useOrder("POST /api/access/links");
  return (
    <Dialog
      title={t("access.makeLink")}
      act={t("access.makeLink")}
      busy={order.isPending}
      blocked={reason.trim() === ""}
      onAct={() => order.mutate({ body: { role, reason } }, { onSuccess: onMade })}
      onClose={onClose}
      order={order}
    >
      <p>{t("access.linkText")}</p>
      <div className="field">
        <label htmlFor={roleId}>{t("access.role")}</label>
        <select id={roleId} value={role} onChange={(event) => setRole(event.target.value as NewLink["role"])}>
          {ROLES.map((each) => (
            <option key={each} translate="no">
              {each}
            </option>
          ))}
        </select>
      </div>
      <div className="field">
        <label htmlFor={reasonId}>{t("pause.reason")}</label>
        <input id={reasonId} value={reason} maxLength={500} required onChange={(event) => setReason(event.target.value)} />
      </div>
    </Dialog>
  );
}

function EndDialog({ asked, onClose }: { readonly asked: Extract<Asked, { kind: "end" }>; readonly onClose: () => void }): ReactNode {
  const { t } = useWords();
  const order = useEnding(asked.operation);
  return (
    <Dialog
      title={t("access.endTitle", { name: asked.name })}
      act={t("access.endNow")}
      danger
      busy={order.isPending}
      onAct={() => order.mutate({ path: { id: asked.id } }, { onSuccess: onClose })}
      onClose={onClose}
      order={order}
    >
      <p>{t("access.endText")}</p>
    </Dialog>
  );
}
