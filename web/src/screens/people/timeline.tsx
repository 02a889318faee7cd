import type { ReactNode } from "react";
import { usePages } from "../../base/queries.ts";
import { Link } from "../../parts/link.tsx";
import { More } from "../../parts/more.tsx";
import { Loading, Problem } from "../../parts/states.tsx";
import { Table } from "../../parts/table.tsx";
import { When } from "../../parts/text.tsx";
import { useWords } from "../../words/words.ts";

/**
 * The steps of each change of a person, from the request to the answer of DingTalk, with the times of both
 * clocks.
 */
export function Timeline({ id }: { readonly id: string }): ReactNode {
  const words = useWords();
  const { t } = words;
  const pages = usePages("GET /api/users/{id}/timeline", { path: { id }, query: { count: 100 } });
  const steps = pages.data?.pages.flatMap((page) => page.steps);
  return (
    <section>
      <h2>{t("timeline.title")}</h2>
      <Problem error={pages.error} />
      {steps ? (
        <Table
          caption={t("timeline.title")}
          captionHidden
          heads={[
            t("column.when"),
            t("timeline.step"),
            t("column.event"),
            t("timeline.targetAt"),
            t("person.attempts"),
          ]}
        >
          {steps.map(({ step, at, targetAt, event, code, attempt }) => (
            <tr key={`${event} ${step}`}>
              <td>
                <When at={at} />
              </td>
              <th scope="row">{t(`timeline.${step}`)}</th>
              <td>
                <Link href={`/history/${event}`}>
                  <code>{code ?? step}</code>
                </Link>
              </td>
              <td data-head={targetAt ? t("timeline.targetAt") : undefined}>
                {targetAt ? <time dateTime={targetAt}>{words.time(targetAt)}</time> : null}
              </td>
              <td data-head={attempt === undefined ? undefined : t("person.attempts")}>{attempt}</td>
            </tr>
          ))}
        </Table>
      ) : pages.error ? null : (
        <Loading />
      )}
      <More
        hasMore={pages.hasNextPage}
        busy={pages.isFetchingNextPage}
        onMore={() => void pages.fetchNextPage()}
      />
    </section>
  );
}
