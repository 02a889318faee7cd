import type { ReactNode } from "react";

interface TableProps {
  readonly caption: string;
  /** For those who do not see that a heading says the same. */
  readonly captionHidden?: boolean;
  /** Headings of the columns: a text that no other one is, or whatever else it shows. */
  readonly heads: readonly (string | { readonly key: string; readonly shows: ReactNode })[];
  /** The rows. */
  readonly children: ReactNode;
}

/** A table that scrolls sideways by itself where the page is narrow. */
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
