import { type FormEvent, type ReactNode, useId, useLayoutEffect, useRef } from "react";
import { needsSignIn } from "../base/api.ts";
import { useWords } from "../words/words.ts";
import { SignInAgain } from "./sign-in-form.tsx";
import { Problem } from "./states.tsx";

interface DialogProps {
  readonly title: string;
  readonly children: ReactNode;
  /** Text of the button that carries out the act. */
  readonly act: string;
  readonly danger?: boolean;
  readonly busy?: boolean;
  /** The act is not possible yet. */
  readonly blocked?: boolean;
  readonly onAct: () => void;
  readonly onClose: () => void;
  /**
   * The result of the act. If the server asks for a new sign-in, the dialog shows the sign-in, and then the
   * act again.
   */
  readonly order?: { readonly error: unknown; reset(): void };
}

/** A dialog element of the browser. It keeps the focus inside, closes with Escape, and returns the focus. */
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
  // It must be closed while it is still in the page. Otherwise the browser does not return the focus.
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
