import { type FormEvent, type ReactNode, useId, useLayoutEffect, useRef } from "react";
import { needsSignIn } from "../base/api.ts";
import { useWords } from "../words/words.ts";
import { SignInAgain } from "./sign-in-form.tsx";
import { Problem } from "./states.tsx";

interface DialogProps {
  readonly title: string;
  readonly children: ReactNode;
  /** What the button that carries it out says. */
  readonly act: string;
  readonly danger?: boolean;
  readonly busy?: boolean;
  /** Until it may be carried out. */
  readonly blocked?: boolean;
  readonly onAct: () => void;
  readonly onClose: () => void;
  /** What was answered to the act. An act that needs a new proof of who they are leads to it, and goes on afterwards. */
  readonly order?: { readonly error: unknown; reset(): void };
}

/** The browser's own dialog: it keeps the focus inside, closes with Escape and gives the focus back. */
export function Dialog({
  title,
  children,
  act,
  danger = false,
  busy = false,
  blocked = false,
  onAct,
  onClose,
  order,
}: DialogProps): ReactNode {
  const { t } = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  // Closed while it is still in the page: only then does the browser give the focus back.
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!busy && !blocked) onAct();
  };
  if (order && needsSignIn(order.error))
    return (
      <dialog ref={dialog} aria-labelledby={heading} onClose={onClose} onCancel={onClose}>
        <h2 id={heading}>{title}</h2>
        <SignInAgain onDone={order.reset} />
        <div className="buttons">
          <button type="button" onClick={onClose}>
            {t("button.cancel")}
          </button>
        </div>
      </dialog>
    );
  return (
    <dialog ref={dialog} aria-labelledby={heading} onClose={onClose} onCancel={onClose}>
      <form onSubmit={submit}>
        <h2 id={heading}>{title}</h2>
        {children}
        {order ? <Problem error={order.error} /> : null}
        <div className="buttons">
          <button type="button" onClick={onClose}>
            {t("button.cancel")}
          </button>
          <button type="submit" className={danger ? "danger" : "primary"} disabled={busy || blocked}>
            {busy ? t("button.working") : act}
          </button>
        </div>
      </form>
    </dialog>
  );
}
