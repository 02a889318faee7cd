import type { ReactNode } from "react";
import { ApiError } from "../base/api.ts";
import type { State } from "../generated/api.ts";
import { type Key, useWords } from "../words/words.ts";

const SIGNS: Readonly<Record<State, string>> = {
  inSync: "✓",
  due: "↻",
  waiting: "…",
  held: "‖",
  parked: "!",
};

/** A state as sign and word, because colour alone is not readable for everybody. */
export function StateChip({ state }: { readonly state: State }): ReactNode {
  const { t } = useWords();
  return (
    <span className={`chip state-${state}`}>
      <span aria-hidden="true">{SIGNS[state]}</span> {t(`state.${state}`)}
    </span>
  );
}

/** Shows why data could not be read or an act failed. Shows nothing without an error. */
export function Problem({ error }: { readonly error: unknown }): ReactNode {
  const { t } = useWords();
  if (!error) return null;
  return (
    <p className="problem" role="alert">
      {problemText(error, t)} {error instanceof ApiError ? <code>{error.code}</code> : null}
    </p>
  );
}

const TEXTS: Readonly<Record<string, Key>> = {
  FORBIDDEN: "problem.forbidden",
  UNAUTHENTICATED: "problem.unauthenticated",
  NOT_FOUND: "problem.notFound",
  CONFLICT: "problem.conflict",
  SIGN_IN_AGAIN: "problem.signInAgain",
  TOO_MANY_REQUESTS: "problem.tooMany",
  UNAVAILABLE: "problem.unavailable",
  INVALID_FILTER: "problem.filter",
};

function problemText(
  error: unknown,
  t: (key: Key, values?: Readonly<Record<string, string>>) => string,
): string {
  if (!(error instanceof ApiError)) return t("problem.unreachable");
  const key = TEXTS[error.code];
  // The message of the server is in English. It has the details.
  return key ? `${t(key)} (${error.message})` : error.message;
}

export function Loading(): ReactNode {
  const { t } = useWords();
  return (
    <p className="quiet" role="status">
      {t("loading")}
    </p>
  );
}

/** The text of an empty list. It should explain why the list is empty, and what to do next. */
export function Empty({ children }: { readonly children: ReactNode }): ReactNode {
  return <div className="empty">{children}</div>;
}
