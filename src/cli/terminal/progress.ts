import { type Options, SingleBar } from "cli-progress";
import type { Progress } from "../../demo/play.ts";
import { t } from "../words/translate.ts";
import { say } from "./output.ts";

const BAR: Options = {
  format: "{part} [{bar}] {value}/{total} {onTheWay} {open}",
  hideCursor: true,
  clearOnComplete: false,
  linewrap: false,
  forceRedraw: true,
};

/** A bar for each part on a terminal, otherwise lines for a log. */
export const createProgress = (isTerminal: boolean): Progress => (isTerminal ? createBars() : createLines());

function createBars(): Progress {
  let bar: SingleBar | undefined;
  return {
    begin(part, steps) {
      bar = new SingleBar({ ...BAR, stream: process.stderr });
      bar.start(steps, 0, {
        part: t(part).padEnd(PART_WIDTH),
        onTheWay: t("sent, on the way to DingTalk:"),
        open: "…",
      });
    },
    step: () => bar?.increment(),
    open: (open) => bar?.update({ open }),
    end: () => bar?.stop(),
  };
}

const PART_WIDTH = 14;
const TENTHS = 10;

function createLines(): Progress {
  let part = "";
  let steps = 0;
  let done = 0;
  let open: number | undefined;
  return {
    begin(name, total) {
      [part, steps, done, open] = [t(name), total, 0, undefined];
      say(t`${part}: ${steps} steps`);
    },
    step() {
      done += 1;
      const tenth = (count: number): number => Math.floor((count * TENTHS) / steps);
      if (tenth(done) > tenth(done - 1)) say(t`${part}: ${done} of ${steps}`);
    },
    open(now) {
      if (open === undefined && now > 0)
        say(t`${part}: all sent, ${now} people and departments are on the way to DingTalk`);
      open = now;
    },
    end: () => say(t`${part}: done`),
  };
}
