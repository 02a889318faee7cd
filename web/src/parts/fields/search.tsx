import { type ReactNode, useEffect, useId, useRef, useState } from "react";

interface SearchProps {
  readonly label: string;
  readonly hint?: string;
  readonly value: string;
  readonly onChange: (text: string) => void;
}

const REST_MS = 300;

/**
 * A search field. It searches after a pause in typing, and never during a composition of an input method.
 * Full-width letters and digits count as normal ones.
 */
export function Search({ label, hint, value, onChange }: SearchProps): ReactNode {
  const id = useId();
  const [text, setText] = useState(value);
  const composing = useRef(false);
  const searched = useRef(value);
  const search = useRef(onChange);
  search.current = onChange;
  useEffect(() => {
    // Another address was opened.
    if (value !== searched.current) {
      searched.current = value;
      setText(value);
    }
  }, [value]);
  useEffect(() => {
    const timer = setTimeout(() => {
      const plain = text.normalize("NFKC").trim();
      if (composing.current || plain === searched.current) return;
      searched.current = plain;
      search.current(plain);
    }, REST_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="search"
        value={text}
        autoComplete="off"
        spellCheck={false}
        onCompositionStart={() => {
          composing.current = true;
        }}
        onCompositionEnd={(event) => {
          composing.current = false;
          setText(event.currentTarget.value);
        }}
        onChange={(event) => setText(event.target.value)}
        {...(hint === undefined ? {} : { "aria-describedby": `${id}-hint` })}
      />
      {hint === undefined ? null : (
        <p id={`${id}-hint`} className="quiet">
          {hint}
        </p>
      )}
    </div>
  );
}
