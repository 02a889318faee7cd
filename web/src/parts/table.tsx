import type { ReactNode } from "react";

interface TableProps {
  readonly caption: string;
  /** The caption is only for screen readers, because a visible heading has the same text. */
  readonly captionHidden?: boolean;
  /** Headings of the columns: a unique text, or a unique key with the content. */
  readonly heads: readonly (string | { readonly key: string; readonly shows: ReactNode })[];
  /** The rows. */
  readonly children: ReactNode;
}

/** A table. On a narrow page it scrolls sideways. */
export function Table({ caption, captionHidden = false, heads, children }: TableProps): ReactNode {
  return (
    <div className="scroll">
      <table>
        <caption className={captionHidden ? "hidden" : ""}>{caption}</caption>
        <thead>
          <tr>
            {heads.map((head) => (
              <th key={typeof head === "string" ? head : head.key} scope="col">
                {typeof head === "string" ? head : head.shows}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
