import { type ReactNode, useId, useState } from "react";
import { MODES } from "../base/modes.ts";
import { useAnswer, useOrder } from "../base/queries.ts";
import { may } from "../base/rights.ts";
import type { Session, SyncStatus } from "../generated/api.ts";
import { useReasons } from "../words/reasons.ts";
import { useWords } from "../words/words.ts";
import { Dialog } from "./dialog.tsx";
import { Link } from "./link.tsx";
import { Problem } from "./states.tsx";
import { Foreign, When } from "./text.tsx";

/** Shows above every view whether changes are sent to DingTalk, and the mode. */
export function Banner({ session }: { readonly session: Session }): ReactNode {
  const { t } = useWords();
  const { data: status } = useAnswer("GET /api/sync/status", {}, { live: true });
  const [asks, setAsks] = useState<"pause" | "resume" | "mode">();
  if (!status) return null;
  const operates = may(session, "operate");
  const { mode, paused, targetPause, rulesHold, sandbox } = status;
  const tone = paused || targetPause ? "stopped" : mode === "sync" && !rulesHold ? "calm" : "careful";
  return (
    <section className={`banner ${tone}`} aria-label={t("banner.label")}>
      <div>
        {paused ? (
          <p>
            <strong>{t("banner.paused")}</strong> <Foreign text={paused.reason} />{" "}
            <span className="quiet">{paused.by}</span> <When at={paused.since} />
          </p>
        ) : null}
        {targetPause ? (
          <p>
            <strong>{t("banner.targetPause")}</strong> <TargetPause pause={targetPause} />
          </p>
        ) : null}
        {rulesHold ? (
          <p>
            <strong>{t(rulesHold.leaversGoOn ? "banner.rulesHeldLeaversGoOn" : "banner.rulesHeld")}</strong>{" "}
            <Link href={`/holds/${rulesHold.id}`}>{t("banner.toHold")}</Link>
          </p>
        ) : null}
        <p>
          {t("banner.mode")} <strong translate="no">{mode}</strong>
          {t("banner.colon")}
          {t(`mode.${mode}`)}
          {sandbox === null ? null : <> · {t("banner.sandbox")}</>}
        </p>
      </div>
      {operates ? (
        <div className="buttons">
          {may(session, "administer") ? (
            <button type="button" onClick={() => setAsks("mode")}>
              {t("button.mode")}
            </button>
          ) : null}
          {paused ? (
            <button type="button" className="primary" onClick={() => setAsks("resume")}>
              {t("button.resume")}
            </button>
          ) : (
            <button type="button" onClick={() => setAsks("pause")}>
              {t("button.pause")}
            </button>
          )}
        </div>
      ) : null}
      {asks === "pause" ? <PauseDialog onClose={() => setAsks(undefined)} /> : null}
      {asks === "resume" ? <ResumeDialog status={status} onClose={() => setAsks(undefined)} /> : null}
      {asks === "mode" ? <ModeDialog status={status} onClose={() => setAsks(undefined)} /> : null}
    </section>
  );
}

/** The reason of a pause, in the language of the page. The view Connections has the details. */
function TargetPause({ pause }: { readonly pause: NonNullable<SyncStatus["targetPause"]> }): ReactNode {
  const { t } = useWords();
  const worded = useReasons();
  if (pause.problems.length === 0) return <span>{worded(pause).title}</span>;
  return (
    <>
      <Link href="/connections">{t("banner.notReady", { count: pause.problems.length })}</Link>{" "}
      {pause.problems.map(({ code }) => (
        <code key={code}>{code} </code>
      ))}
    </>
  );
}

interface Closing {
  readonly onClose: () => void;
}

function PauseDialog({ onClose }: Closing): ReactNode {
  const { t } = useWords();
  const id = useId();
  const [reason, setReason] = useState("");
  const pause = useOrder("POST /api/sync/pause");
  return (
    <Dialog
      title={t("pause.title")}
      act={t("button.pause")}
      busy={pause.isPending}
      blocked={reason.trim() === ""}
      onAct={() => pause.mutate({ body: { reason } }, { onSuccess: onClose })}
      onClose={onClose}
    >
      <p>{t("pause.text")}</p>
      <div className="field">
        <label htmlFor={id}>{t("pause.reason")}</label>
        <input
          id={id}
          value={reason}
          maxLength={500}
          required
          onChange={(event) => setReason(event.target.value)}
        />
      </div>
      <Problem error={pause.error} />
    </Dialog>
  );
}

function ResumeDialog({ status, onClose }: Closing & { readonly status: SyncStatus }): ReactNode {
  const { t } = useWords();
  const resume = useOrder("POST /api/sync/resume");
  return (
    <Dialog
      title={t("resume.title")}
      act={t("button.resume")}
      busy={resume.isPending}
      onAct={() => resume.mutate({}, { onSuccess: onClose })}
      onClose={onClose}
    >
      <p>{t("resume.text", { count: status.states.due + status.states.waiting })}</p>
      <Problem error={resume.error} />
    </Dialog>
  );
}

function ModeDialog({ status, onClose }: Closing & { readonly status: SyncStatus }): ReactNode {
  const { t } = useWords();
  const [mode, setMode] = useState<(typeof MODES)[number]>(status.mode);
  const order = useOrder("PUT /api/sync/mode");
  const isAbove = (each: (typeof MODES)[number]) => MODES.indexOf(each) > MODES.indexOf(status.ceiling);
  return (
    <Dialog
      title={t("mode.title")}
      act={t("button.apply")}
      busy={order.isPending}
      blocked={mode === status.mode}
      onAct={() => order.mutate({ body: { mode } }, { onSuccess: onClose })}
      onClose={onClose}
    >
      <fieldset>
        <legend>{t("mode.legend", { ceiling: status.ceiling })}</legend>
        {MODES.map((each) => (
          <label key={each} className="choice">
            <input
              type="radio"
              name="mode"
              value={each}
              checked={mode === each}
              disabled={isAbove(each)}
              onChange={() => setMode(each)}
            />{" "}
            <strong translate="no">{each}</strong> {t(`mode.${each}`)}
          </label>
        ))}
      </fieldset>
      <Problem error={order.error} />
    </Dialog>
  );
}
