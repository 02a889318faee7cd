import { type FormEvent, type ReactNode, useId, useLayoutEffect, useRef } from "react";
import { useWords } from "../words/words.ts";

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
}

/** The browser's own dialog: it keeps the focus inside, closes with Escape and gives the focus back. */
export function Dialog({ title, children, act, danger = false, busy = false, blocked = false, onAct, onClose }: DialogProps): ReactNode {
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
  return (
    <dialog ref={dialog} aria-labelledby={heading} onClose={onClose} onCancel={onClose}>
      <form onSubmit={submit}>
        <h2 id={heading}>{title}</h2>
        {children}
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
