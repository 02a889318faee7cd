import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useId, useState } from "react";
import { useAddress } from "../base/address.ts";
import { call } from "../base/api.ts";
import { Problem } from "../parts/states.tsx";
import { useWords } from "../words/words.ts";

export function SignIn(): ReactNode {
  const { t } = useWords();
  const { query } = useAddress();
  return (
    <div className="door">
      <h1>{t("signIn.title")}</h1>
      {query.get("refused") === "link" ? (
        <p className="problem" role="alert">
          {t("signIn.linkRefused")}
        </p>
      ) : null}
      <SignInForm />
      <h2>{t("signIn.noToken")}</h2>
      <p>{t("signIn.printed")}</p>
      <p>{t("signIn.link")}</p>
      <pre translate="no">npx dingtalk-scim login-link --role admin --reason "…"</pre>
    </div>
  );
}

/** Also for signing in once more, before something that must not be done with a session that was left open. */
export function SignInForm({ onDone }: { readonly onDone?: () => void }): ReactNode {
  const { t } = useWords();
  const id = useId();
  const client = useQueryClient();
  const [token, setToken] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation();
    setBusy(true);
    setError(undefined);
    call("POST /auth/session", { body: { token } })
      .then(
        (session) => {
          client.setQueryData(["session"], session);
          onDone?.();
        },
        (refused: unknown) => setError(refused),
      )
      .finally(() => setBusy(false));
  };
  return (
    <form onSubmit={submit}>
      <div className="field">
        <label htmlFor={id}>{t("signIn.token")}</label>
        <input
          id={id}
          type="password"
          value={token}
          autoComplete="off"
          spellCheck={false}
          required
          onChange={(event) => setToken(event.target.value)}
        />
      </div>
      <Problem error={error} />
      <button type="submit" className="primary" disabled={busy || token.trim() === ""}>
        {t("button.signIn")}
      </button>
    </form>
  );
}
