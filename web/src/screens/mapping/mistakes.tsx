import type { ReactNode } from "react";
import type { Mapping } from "../../generated/api.ts";
import { Table } from "../../parts/table.tsx";
import { Foreign } from "../../parts/text.tsx";
import { useWords } from "../../words/words.ts";

interface MistakesProps {
  readonly problems: Mapping["problems"];
  /** The consequence of the mistakes. */
  readonly text: string;
}

/** The mistakes of a file, each with line and column. */
export function Mistakes({ problems, text }: MistakesProps): ReactNode {
  const { t } = useWords();
  return (
    <>
      <p className="problem" role="alert">
        {text}
      </p>
      <Table
        caption={t("mapping.mistakes")}
        captionHidden
        heads={[t("mapping.place"), t("mapping.key"), t("mapping.mistake")]}
      >
        {problems.map(({ line, column, path, message }) => (
          <tr key={`${line}:${column} ${path} ${message}`}>
            <th scope="row">
              {line}:{column}
            </th>
            <td>
              <code>{path}</code>
            </td>
            <td>
              <span lang="en">
                <Foreign text={message} />
              </span>
            </td>
          </tr>
        ))}
      </Table>
    </>
  );
}
