import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useId, useState } from "react";
import { useAddress } from "../base/address.ts";
import { call } from "../base/api.ts";
import type { Session } from "../generated/api.ts";
import { useWords } from "../words/words.ts";
import { Problem } from "./states.tsx";

/**
 * A link to the identity provider, which leads back to this view. `fresh`: the provider must ask for
 * credentials again.
 */
export function ProviderLink({ fresh = false }: { readonly fresh?: boolean }): ReactNode {
  const { t } = useWords();
  const { path, query } = useAddress();
  const here = new URLSearchParams(query);
  for (const name of ["refused", "request"]) here.delete(name);
  const search = here.toString();
  const to = new URLSearchParams({
    ...(fresh ? { fresh: "" } : {}),
    return: search === "" ? path : `${path}?${search}`,
  });
  return (
    <p>
      <a className="button primary" href={`/auth/login?${to}`}>
        {t("signIn.provider")}
      </a>
    </p>
  );
}

/**
 * A new sign-in, for an act that an old session must not do. A sign-in by the provider leads back to this
 * view. After a sign-in by token, `onDone` is called and the page does not change.
 */
export function SignInAgain({ onDone }: { readonly onDone: () => void }): ReactNode {
  const { t } = useWords();
  const session = useQueryClient().getQueryData<Session | null>(["session"]);
  return (
    <div className="again">
      <p role="alert">{t("problem.signInAgain")}</p>
      {session?.actor.startsWith("user:") ? <ProviderLink fresh /> : <SignInForm onDone={onDone} />}
    </div>
  );
}

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
