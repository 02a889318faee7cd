import { type ReactNode, useId, useState } from "react";
import { useAnswer, useOrder } from "../../base/queries.ts";
import type { MadeLink, MadeToken, NewLink, NewToken } from "../../generated/api.ts";
import { Dialog } from "../../parts/dialog.tsx";
import { useWords } from "../../words/words.ts";

interface MakingProps {
  readonly onClose: () => void;
  readonly onMade: (made: MadeToken | MadeLink) => void;
}

const SCOPES: readonly NewToken["scopes"][number][] = ["provision", "history:read", "history:personal", "metrics", "admin"];

export function TokenDialog({ onClose, onMade }: MakingProps): ReactNode {
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

export function LinkDialog({ onClose, onMade }: MakingProps): ReactNode {
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
