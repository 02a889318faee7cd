import { type ReactNode, useId, useState } from "react";
import { useOrder } from "../../base/queries.ts";
import type { NewLink, NewToken } from "../../generated/api.ts";
import { Dialog } from "../../parts/dialog.tsx";
import { TextField } from "../../parts/fields/text-field.tsx";
import { useWords } from "../../words/words.ts";
import { ScopesField, SourceField } from "./fields.tsx";
import type { MadeAccess } from "./made.tsx";

export interface MakingProps {
  readonly onClose: () => void;
  readonly onMade: (made: MadeAccess) => void;
}

export function TokenDialog({ onClose, onMade }: MakingProps): ReactNode {
  const { t } = useWords();
  const [name, setName] = useState("");
  const [source, setSource] = useState("default");
  const [days, setDays] = useState("366");
  const [scopes, setScopes] = useState<NewToken["scopes"]>(["provision"]);
  const order = useOrder("POST /api/access/tokens");
  const body: NewToken = { name, source, scopes, days: Number(days) };
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
      <TextField label={t("access.nameOf")} value={name} maxLength={200} onChange={setName} />
      <ScopesField scopes={scopes} onChange={setScopes} />
      <SourceField source={source} onChange={setSource} />
      <TextField label={t("access.days")} value={days} inputMode="numeric" onChange={setDays} />
    </Dialog>
  );
}

const ROLES: readonly NewLink["role"][] = ["viewer", "operator", "approver", "auditor", "admin"];

export function LinkDialog({ onClose, onMade }: MakingProps): ReactNode {
  const { t } = useWords();
  const roleId = useId();
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
      <TextField label={t("pause.reason")} value={reason} maxLength={500} onChange={setReason} />
    </Dialog>
  );
}
