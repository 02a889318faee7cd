import type { ReactNode } from "react";
import { useNow } from "../base/queries.ts";
import { useWords } from "../words/words.ts";

/**
 * Characters that are invisible or change the direction of text. They are shown as their code
 * (docs/threats.md T22).
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
const UNSEEN = /([\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff])/u;

/**
 * A text from outside, such as a name. Its direction does not affect other text, and its invisible characters
 * are made visible.
 */
export function Foreign({ text }: { readonly text: string }): ReactNode {
  // The index is part of the key, because pieces may repeat. `split` puts the invisible characters at the odd
  // indexes.
  const pieces = text
    .split(UNSEEN)
    .map((piece, at) => ({ piece, key: `${at} ${piece}`, isUnseen: at % 2 === 1 }));
  return (
    <bdi>
      {pieces.map(({ piece, key, isUnseen }) =>
        isUnseen ? (
          <span key={key} className="unseen">
            {`U+${piece.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`}
          </span>
        ) : (
          piece
        ),
      )}
    </bdi>
  );
}

/**
 * A time that is less than this in the future is shown as now. The clocks of server and browser differ, and
 * `useNow` changes only every ten seconds.
 */
const CLOCKS_MS = 60_000;

/** The actor of an event: the name, if it is known, and the id of the history. */
export function Actor({
  actor,
  name,
}: {
  readonly actor: string;
  readonly name?: string | undefined;
}): ReactNode {
  return (
    <>
      {name === undefined ? null : (
        <>
          <Foreign text={name} />{" "}
        </>
      )}
      <code className={name === undefined ? "" : "quiet"}>{actor}</code>
    </>
  );
}

/** A time in the past or the future, relative and absolute. */
export function When({ at }: { readonly at: string }): ReactNode {
  const words = useWords();
  const now = useNow();
  const aheadMs = Date.parse(at) - now;
  return (
    <time dateTime={at}>
      {words.ago(at, aheadMs > 0 && aheadMs < CLOCKS_MS ? now + aheadMs : now)}{" "}
      <span className="quiet">{words.time(at)}</span>
    </time>
  );
}

/** Attributes with telephone numbers. */
export const NUMBERS: ReadonlySet<string> = new Set(["mobile", "telephone", "phoneNumbers"]);

/**
 * The value of an attribute. A telephone number is shown only by its last digits, unless `revealed` is true.
 */
export function Value({
  attribute,
  value,
  names = {},
  revealed = false,
}: {
  readonly attribute: string;
  readonly value: unknown;
  readonly names?: Readonly<Record<string, string>>;
  readonly revealed?: boolean;
}): ReactNode {
  if (value === null || value === undefined || value === "") return <span className="quiet">–</span>;
  if (Array.isArray(value)) {
    if (value.length === 0) return <span className="quiet">–</span>;
    return (
      <ul className="values">
        {value.map((each) => (
          <li key={JSON.stringify(each)}>
            <Value attribute={attribute} value={each} names={names} revealed={revealed} />
          </li>
        ))}
      </ul>
    );
  }
  const text = typeof value === "string" ? value : JSON.stringify(value);
  if (NUMBERS.has(attribute) && !revealed) return <span className="masked">{masked(text)}</span>;
  const name = names[text];
  return name === undefined ? (
    <Foreign text={text} />
  ) : (
    <span>
      <Foreign text={name} /> <code className="quiet">{text}</code>
    </span>
  );
}

/** A telephone number with only its last four digits. A number that the server has masked is not changed. */
export function masked(text: string): string {
  if (/^••••\d{0,4}$/.test(text)) return text;
  const digits = text.replace(/\D/g, "");
  return `••••${digits.length > 6 ? digits.slice(-4) : ""}`;
}
