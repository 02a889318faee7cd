import { type ReactNode, useState } from "react";
import { useWords } from "../words/words.ts";

/** A value with a button that copies it. */
export function Copied({ name, value }: { readonly name: string; readonly value: string }): ReactNode {
  const { t } = useWords();
  const [copied, setCopied] = useState(false);
  return (
    <>
      <dt>{name}</dt>
      <dd>
        <code className="long">{value}</code>{" "}
        <button
          type="button"
          onClick={() =>
            void navigator.clipboard.writeText(value).then(
              () => setCopied(true),
              () => setCopied(false),
            )
          }
          aria-label={`${t("button.copy")}: ${name}`}
        >
          {copied ? t("button.copied") : t("button.copy")}
        </button>
      </dd>
    </>
  );
}
