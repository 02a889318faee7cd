import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useRef, useState } from "react";
import { ApiError, fetchRaw } from "../../base/api.ts";
import { Copied } from "../../parts/copied.tsx";
import { Empty, Loading, Problem } from "../../parts/states.tsx";
import { When } from "../../parts/text.tsx";
import { useWords } from "../../words/words.ts";
import {
  base64Of,
  type Checkpoint,
  type LogKey,
  parseCheckpoint,
  parseCheckpoints,
  parseKeys,
} from "./format.ts";
import { forget, type Kept, keep, readKept } from "./kept.ts";
import { FaultText, Outcome } from "./outcome.tsx";
import { serverLog } from "./source.ts";
import { type Verdict, verifyLog } from "./verify.ts";

/**
 * The view that verifies the history: the signed checkpoint, and a check of the whole log in this browser.
 */
export function Verify(): ReactNode {
  const { t } = useWords();
  const { data, error } = useQuery({
    queryKey: ["log"],
    queryFn: async ({ signal }) => {
      try {
        const [checkpoint, keys] = await Promise.all([
          textOf("/history/checkpoint", signal),
          textOf("/history/key", signal),
        ]);
        return { checkpoint: parseCheckpoint(checkpoint), keys };
      } catch (refusal) {
        if (refusal instanceof ApiError && refusal.status === 404) return null;
        throw refusal;
      }
    },
    refetchInterval: 10_000,
  });
  if (data === undefined) return error ? <Problem error={error} /> : <Loading />;
  if (data === null)
    return (
      <Empty>
        <p>{t("verify.notBegun")}</p>
      </Empty>
    );
  return (
    <>
      <p>{t("verify.text")}</p>
      <Problem error={error} />
      <Log checkpoint={data.checkpoint} keys={data.keys} />
      <Check checkpoint={data.checkpoint} />
      <section>
        <h2>{t("verify.alone")}</h2>
        <p>{t("verify.aloneText")}</p>
        <pre lang="en" translate="no">
          <code>{commandFor(window.location.origin)}</code>
        </pre>
      </section>
    </>
  );
}

const textOf = async (address: string, signal: AbortSignal): Promise<string> =>
  (await fetchRaw(address, signal)).text();

const commandFor = (server: string): string =>
  `npx dingtalk-scim history verify --from ${server} --token TOKEN --key "$(cat key.txt)" --anchors anchors.txt`;

function Log({ checkpoint, keys }: { readonly checkpoint: Checkpoint; readonly keys: string }): ReactNode {
  const { t, number } = useWords();
  const { origin, size, root, signatures } = checkpoint;
  return (
    <dl className="facts">
      <dt>{t("verify.size")}</dt>
      <dd>{number(size)}</dd>
      <dt>{t("verify.origin")}</dt>
      <dd>
        <code>{origin}</code>
      </dd>
      <dt>{t("verify.root")}</dt>
      <dd>
        <code className="long">{base64Of(root)}</code>
      </dd>
      <dt>{t("verify.signedBy")}</dt>
      <dd>
        <code>{[...new Set(signatures.map(({ name }) => name))].join(", ")}</code>
      </dd>
      {keys
        .trim()
        .split("\n")
        .map((key, at) => (
          <Copied key={key} name={t(at === 0 ? "verify.key" : "verify.olderKey")} value={key} />
        ))}
      <dt>{t("verify.checkpoint")}</dt>
      <dd>
        <a download="checkpoint.txt" href="/history/checkpoint">
          {t("verify.download")}
        </a>
      </dd>
    </dl>
  );
}

interface Progress {
  readonly done: number;
  readonly of: number;
}

function Check({ checkpoint: { origin } }: { readonly checkpoint: Checkpoint }): ReactNode {
  const { t, number } = useWords();
  const [kept, setKept] = useState<Kept | undefined>(readKept);
  const [verdict, setVerdict] = useState<Verdict>();
  const [problem, setProblem] = useState<unknown>();
  const [progress, setProgress] = useState<Progress>();
  const [key, setKey] = useState("");
  const [anchors, setAnchors] = useState("");
  const running = useRef<AbortController>(undefined);
  const canCompute = window.isSecureContext && window.crypto.subtle !== undefined;

  const before =
    kept?.checkpoint === undefined ? undefined : readable(() => parseCheckpoint(kept.checkpoint!));
  const keys = readable<readonly LogKey[]>(() => parseKeys(key));
  const given = readable<readonly Checkpoint[]>(() =>
    anchors.trim() === "" ? [] : parseCheckpoints(anchors),
  );
  const isOtherLog = before !== undefined && before.origin !== origin;
  const isGood = keys !== undefined && given !== undefined;

  async function run(): Promise<void> {
    if (!isGood) return;
    const controller = new AbortController();
    running.current = controller;
    setVerdict(undefined);
    setProblem(undefined);
    setProgress({ done: 0, of: 0 });
    try {
      const found = await verifyLog(serverLog(controller.signal), {
        ...(keys.length > 0 ? { keys } : {}),
        anchors: [...given, ...(before && !isOtherLog ? [before] : [])],
        onProgress: (done, of) => setProgress({ done, of }),
        signal: controller.signal,
      });
      setVerdict(found);
      const now: Kept = {
        at: new Date().toISOString(),
        size: found.ok ? found.verified.size : (kept?.size ?? 0),
        ...(found.ok ? { checkpoint: found.verified.checkpoint } : { fault: found.fault }),
        ...(!found.ok && kept?.checkpoint !== undefined ? { checkpoint: kept.checkpoint } : {}),
      };
      keep(now);
      setKept(now);
    } catch (error) {
      if (!controller.signal.aborted) setProblem(error);
    } finally {
      setProgress(undefined);
    }
  }

  return (
    <section>
      <h2>{t("verify.here")}</h2>
      <p>{t("verify.hereText")}</p>
      <p className="note">{t("verify.notProven")}</p>
      <p>
        {t("verify.last")}{" "}
        {kept === undefined ? (
          t("verify.never")
        ) : (
          <>
            <When at={kept.at} />{" "}
            {kept.fault ? <FaultText fault={kept.fault} /> : t("verify.lastGood", { count: kept.size })}
          </>
        )}
      </p>
      {isOtherLog ? (
        <p className="note">
          {t("verify.otherBefore")} <code>{before.origin}</code>{" "}
          <button
            type="button"
            onClick={() => {
              forget();
              setKept(undefined);
            }}
          >
            {t("verify.forget")}
          </button>
        </p>
      ) : null}
      <details>
        <summary>{t("verify.withYours")}</summary>
        <label className="field">
          {t("verify.yourKey")}
          <textarea
            rows={2}
            value={key}
            spellCheck={false}
            onChange={(event) => setKey(event.target.value)}
          />
        </label>
        <label className="field">
          {t("verify.yourAnchors")}
          <textarea
            rows={5}
            value={anchors}
            spellCheck={false}
            onChange={(event) => setAnchors(event.target.value)}
          />
        </label>
        {isGood ? null : <p role="alert">{t("verify.notRead")}</p>}
      </details>
      {canCompute ? null : <p role="note">{t("verify.noCompute")}</p>}
      <p className="buttons">
        <button
          type="button"
          className="primary"
          disabled={!canCompute || !isGood || progress !== undefined}
          onClick={() => void run()}
        >
          {progress ? t("button.working") : t("verify.now")}
        </button>
        {progress ? (
          <button type="button" onClick={() => running.current?.abort()}>
            {t("button.cancel")}
          </button>
        ) : null}
      </p>
      {progress ? (
        <p role="status">
          <progress aria-label={t("verify.here")} max={Math.max(1, progress.of)} value={progress.done} />{" "}
          {number(progress.done)} / {number(progress.of)}
        </p>
      ) : null}
      <Problem error={problem} />
      {verdict ? <Outcome verdict={verdict} withKey={(keys?.length ?? 0) > 0} /> : null}
    </section>
  );
}

/** The result of `read`. Undefined: the text does not have the required format. */
function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
