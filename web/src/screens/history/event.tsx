import type { ReactNode } from "react";
import { useAnswer } from "../../base/queries.ts";
import type { Event } from "../../generated/api.ts";
import { Link } from "../../parts/link.tsx";
import { Loading, Problem } from "../../parts/states.tsx";
import { Actor, Foreign, When } from "../../parts/text.tsx";
import { useWords } from "../../words/words.ts";
import { Changes } from "./changes.tsx";
import { Events } from "./history.tsx";

/** One event with its changes, causes and effects. */
export function EventStory({ id }: { readonly id: string }): ReactNode {
  const { t } = useWords();
  const { data: story, error } = useAnswer("GET /api/history/{id}", { path: { id } });
  if (!story) return error ? <Problem error={error} /> : <Loading />;
  return (
    <>
      <p className="sentence">
        <code>{story.code}</code>
      </p>
      <Facts event={story} />
      <Changes changes={story.changes ?? {}} />
      {story.causedBy.length > 0 ? (
        <section>
          <h2>{t("event.causes")}</h2>
          <Events events={story.causedBy} />
        </section>
      ) : null}
      {story.effects.length > 0 ? (
        <section>
          <h2>{t("event.effects")}</h2>
          <Events events={story.effects} />
          {story.truncated ? <p>{t("event.truncated")}</p> : null}
        </section>
      ) : null}
    </>
  );
}

function Facts({ event }: { readonly event: Event }): ReactNode {
  const { t } = useWords();
  const { at, actor, actorName, requestId, subject, outcome, attempt, target, detail } = event;
  return (
    <dl className="facts">
      <dt>{t("column.when")}</dt>
      <dd>
        <When at={at} />
      </dd>
      <dt>{t("column.actor")}</dt>
      <dd>
        <Link href={`/history?filter=${encodeURIComponent(`actor eq "${actor}"`)}`}>
          <Actor actor={actor} name={actorName} />
        </Link>
      </dd>
      {subject ? (
        <>
          <dt>{t("event.subject")}</dt>
          <dd>
            {t(`kind.${subject.kind}`)}{" "}
            <Link
              href={
                subject.kind === "user"
                  ? `/people/${subject.id}`
                  : `/history?filter=${encodeURIComponent(`subject eq "${subject.id}"`)}`
              }
            >
              <code>{subject.id}</code>
            </Link>
          </dd>
        </>
      ) : null}
      {outcome ? (
        <>
          <dt>{t("event.outcome")}</dt>
          <dd>
            {t(`outcome.${outcome}`)} {target ? <code>{target}</code> : null}
          </dd>
        </>
      ) : null}
      {attempt ? (
        <>
          <dt>{t("person.attempts")}</dt>
          <dd>{attempt}</dd>
        </>
      ) : null}
      {requestId ? (
        <>
          <dt>{t("event.request")}</dt>
          <dd>
            <code className="long">{requestId}</code>
          </dd>
        </>
      ) : null}
      {detail ? (
        <>
          <dt>{t("event.detail")}</dt>
          <dd>
            <pre>
              <Foreign text={JSON.stringify(detail, null, 1).replaceAll("\n", " ")} />
            </pre>
          </dd>
        </>
      ) : null}
    </dl>
  );
}
