import { type ReactNode, useState } from "react";
import { useOrder } from "../../base/queries.ts";
import type { NewTrust } from "../../generated/api.ts";
import { Dialog } from "../../parts/dialog.tsx";
import { TextField } from "../../parts/fields/text-field.tsx";
import { useWords } from "../../words/words.ts";
import { ScopesField, SourceField } from "./fields.tsx";
import type { MakingProps } from "./make-dialogs.tsx";

/** Addresses of another provider than the global Entra ID. Empty: those of Entra ID. */
interface ProviderAddresses {
  readonly issuer: string;
  readonly jwksUrl: string;
}

const AS_ENTRA: ProviderAddresses = { issuer: "", jwksUrl: "" };
const MOST_LONG = 500;
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;
const isExact = (text: string): boolean => /^\S+$/.test(text.trim());

/** The dialog that trusts a workload, by the values that Entra shows for it. */
export function TrustDialog({ onClose, onMade }: MakingProps): ReactNode {
  const { t } = useWords();
  const [name, setName] = useState("");
  const [tenantId, setTenantId] = useState("");
  const [subject, setSubject] = useState("");
  const [audience, setAudience] = useState("");
  const [elsewhere, setElsewhere] = useState(AS_ENTRA);
  const [source, setSource] = useState("default");
  const [scopes, setScopes] = useState<NonNullable<NewTrust["scopes"]>>(["provision"]);
  const order = useOrder("POST /api/access/trusts");
  const audiences = audience.trim().split(/\s+/);
  const stated = Object.fromEntries(
    Object.entries(elsewhere).flatMap(([key, text]) => (text.trim() === "" ? [] : [[key, text.trim()]])),
  );
  const body: NewTrust = {
    name,
    tenantId: tenantId.trim(),
    subject: subject.trim(),
    audiences,
    source,
    scopes,
    ...stated,
  };
  const isWhole =
    name.trim() !== "" &&
    UUID.test(body.tenantId) &&
    isExact(subject) &&
    audience.trim() !== "" &&
    scopes.length > 0;
  return (
    <Dialog
      title={t("access.makeTrust")}
      act={t("access.makeTrust")}
      busy={order.isPending}
      blocked={!isWhole}
      onAct={() => order.mutate({ body }, { onSuccess: onMade })}
      onClose={onClose}
      order={order}
    >
      <p>{t("trust.text")}</p>
      <TextField label={t("access.nameOf")} value={name} maxLength={200} onChange={setName} />
      <TextField
        label={t("trust.tenant")}
        hint={t("trust.claim", { claim: "tid" })}
        value={tenantId}
        maxLength={MOST_LONG}
        onChange={setTenantId}
      />
      <TextField
        label={t("trust.subject")}
        hint={t("trust.claim", { claim: "sub" })}
        value={subject}
        maxLength={MOST_LONG}
        onChange={setSubject}
      />
      <TextField
        label={t("trust.audience")}
        hint={t("trust.claim", { claim: "aud" })}
        value={audience}
        maxLength={MOST_LONG}
        onChange={setAudience}
      />
      <ScopesField scopes={scopes} onChange={setScopes} />
      <SourceField source={source} onChange={setSource} />
      <details>
        <summary>{t("trust.elsewhere")}</summary>
        <p>{t("trust.elsewhereText")}</p>
        {(["issuer", "jwksUrl"] as const).map((each) => (
          <TextField
            key={each}
            label={t(`trust.${each}`)}
            value={elsewhere[each]}
            maxLength={MOST_LONG}
            optional
            onChange={(text) => setElsewhere({ ...elsewhere, [each]: text })}
          />
        ))}
      </details>
    </Dialog>
  );
}
