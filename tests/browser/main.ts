import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser, Page } from "playwright-core";
import { accessActs } from "./access-acts.ts";
import { acts } from "./acts.ts";
import { openBrowser, openPage, PICTURES, picture, settled, signIn } from "./browser.ts";
import { rulesActs } from "./rules-acts.ts";
import { signInActs } from "./sign-in-acts.ts";
import { openStage, type Stage } from "./stage.ts";

/*
 * The dashboard in a browser, `npm run test:browser`: each screen in each language, light and dark, wide and
 * 320 px; nothing is asked of others, the policy of the page stops nothing, and axe finds nothing serious.
 * Then what operators do, by keyboard. Pictures go to screenshots/, for people to look at.
 */

const LANGUAGES = [
  ["en-GB", "en"],
  ["zh-CN", "zh-Hans-CN"],
  ["zh-HK", "zh-Hant-HK"],
] as const;
const axe = readFileSync(createRequire(__filename).resolve("axe-core/axe.min.js"), "utf8");

let passed = 0;
const failures: string[] = [];

async function check(name: string, work: () => Promise<readonly string[] | undefined>): Promise<void> {
  const wrong = await work().catch((error: unknown) => [
    error instanceof Error ? error.message : String(error),
  ]);
  if (!wrong || wrong.length === 0) passed++;
  else {
    failures.push(name);
    process.stdout.write(
      `✗ ${name}\n${wrong.map((line) => `    ${line.split("\n").slice(0, 4).join("\n    ")}\n`).join("")}`,
    );
  }
}

/** Once more where a time has run out: the machine may be busy. It is told. */
async function patiently<T>(name: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "TimeoutError") throw error;
    process.stdout.write(`once more: ${name}\n`);
    return act();
  }
}

/**
 * Names of screens to look at, such as `npm run test:browser -- report`; all of them, and what operators do,
 * when none is given.
 */
const ONLY = process.argv.slice(2);
const isMeant = (screen: string): boolean => ONLY.length === 0 || ONLY.includes(screen);

async function screensOf({ send, people }: Stage): Promise<readonly (readonly [string, string])[]> {
  const { holds } = (await send("GET", "/api/sync/holds?state=open")) as { holds: { id: string }[] };
  const { events } = (await send(
    "GET",
    `/api/history?filter=${encodeURIComponent('code eq "target.intent"')}`,
  )) as {
    events: { id: string }[];
  };
  const screens: readonly (readonly [string, string])[] = [
    ["incident", `/incidents/${await firstIncident(send)}`],
    ["overview", "/"],
    ["needs-you", "/needs-you"],
    ["hold", `/holds/${holds[0]!.id}`],
    ["people", "/people"],
    ["people-found", "/people?q=hostile"],
    ["people-none", "/people?q=nobody-at-all"],
    ["parked", `/people/${people["parked@example.com"]}`],
    ["hostile", `/people/${people["hostile2@example.com"]}`],
    ["joined", `/people/${people["joined@example.com"]}`],
    ["departments", "/departments"],
    ["plan", "/plan?mode=sync"],
    ["mapping", "/mapping"],
    ["mapping-person", `/mapping?person=${people["hostile0@example.com"]}`],
    ["history", "/history"],
    ["event", `/history/${events[0]!.id}`],
    ["connections", "/connections"],
    ["access", "/access"],
    ["reports", "/reports"],
    ["leavers", "/reports/leavers"],
    ["evidence", "/reports/evidence"],
    ["report", "/report"],
    ["verify", "/verify"],
  ];
  return screens.filter(([screen]) => isMeant(screen));
}

/** The loop's troubles become incidents within some seconds. */
async function firstIncident(send: Stage["send"]): Promise<string> {
  const deadline = performance.now() + 60_000;
  for (;;) {
    const { incidents } = (await send("GET", "/api/incidents")) as { incidents: { id: string }[] };
    if (incidents[0]) return incidents[0].id;
    if (performance.now() > deadline) throw new Error("no incident was opened within a minute");
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** What is wrong with the page as it stands. */
async function faults(page: Page, language: string): Promise<string[]> {
  const wrong: string[] = [];
  const shown = await page.evaluate(() => ({
    language: document.documentElement.lang,
    title: document.title,
    scrolls: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    problems: [...document.querySelectorAll(".problem[role=alert]")].map(({ textContent }) => textContent),
    images: document.images.length,
    touching: [...document.querySelectorAll("a + a, code + code")].filter(
      (each) =>
        each.previousSibling === each.previousElementSibling &&
        getComputedStyle(each.parentElement!).display === "table-cell",
    ).length,
  }));
  if (shown.language !== language) wrong.push(`lang is ${shown.language}`);
  if (/hacked/.test(shown.title) || shown.images > 0) wrong.push("a name became markup");
  if (shown.scrolls > 0) wrong.push(`scrolls sideways by ${shown.scrolls} px`);
  if (shown.touching > 0) wrong.push(`${shown.touching} links or codes touch the one before`);
  wrong.push(...shown.problems.map((text) => `shows a problem: ${text}`));
  await page.evaluate(axe);
  const found = await page.evaluate(async () => {
    // Set by the script of axe.
    const { axe: judge } = window as unknown as {
      axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> };
    };
    return (await judge.run()).violations.filter(
      ({ impact }) => impact === "serious" || impact === "critical",
    );
  });
  wrong.push(
    ...found.map(
      ({ id, impact, nodes }) =>
        `axe, ${impact}: ${id}: ${nodes
          .map(({ html }) => html.slice(0, 160))
          .slice(0, 3)
          .join(" | ")}`,
    ),
  );
  return wrong;
}

async function look(browser: Browser, stage: Stage): Promise<void> {
  const screens = await screensOf(stage);
  for (const [locale, language] of LANGUAGES)
    for (const [colorScheme, width] of [
      ["light", 1280],
      ["dark", 320],
    ] as const) {
      const { context, page, troubles } = await openPage(browser, stage.url, { locale, colorScheme, width });
      const named = (screen: string) => `${screen} ${language} ${colorScheme} ${width}`;
      const seen = async (screen: string) => {
        await settled(page);
        await picture(page, named(screen));
        return [...(await faults(page, language)), ...(troubles as string[]).splice(0)];
      };
      await check(named("sign-in"), async () => {
        await page.goto("/");
        return seen("sign-in");
      });
      await signIn(page, stage.token);
      for (const [screen, path] of screens)
        await check(named(screen), async () => {
          await page.goto(path);
          return seen(screen);
        });
      await context.close();
    }
}

/**
 * English in letters of its own: what is in plain letters then did not come from a catalogue. Foreign texts
 * and names are marked as such.
 */
async function lookForRawText(browser: Browser, stage: Stage): Promise<void> {
  const { context, page } = await openPage(browser, stage.url, { locale: "en-GB", width: 320 });
  const look = async () => {
    await settled(page);
    return page.evaluate(() => {
      const named = "aria-label title placeholder alt".split(" ");
      const isOurs = (element: Element): boolean =>
        element.closest("code, bdi, time, [translate=no], main [lang], option[lang], noscript, script") ===
        null;
      const plain = /[A-Za-z]{2,}/;
      const found: string[] = [];
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node; node = walker.nextNode())
        if (plain.test(node.nodeValue ?? "") && node.parentElement && isOurs(node.parentElement))
          found.push(node.nodeValue!.trim());
      for (const element of document.querySelectorAll(named.map((name) => `[${name}]`).join()))
        for (const name of named) {
          const text = element.getAttribute(name);
          if (text !== null && plain.test(text) && isOurs(element)) found.push(`${name}="${text}"`);
        }
      const sideways = document.documentElement.scrollWidth - document.documentElement.clientWidth;
      return [
        ...[...new Set(found)].map((text) => `raw text: ${text.slice(0, 100)}`),
        ...(sideways > 0 ? [`scrolls sideways by ${sideways} px`] : []),
      ];
    });
  };
  await check("sign-in has no raw text", async () => {
    await page.goto("/?lang=en-XA");
    return look();
  });
  await signIn(page, stage.token);
  for (const [screen, path] of await screensOf(stage))
    await check(`${screen} has no raw text`, async () => {
      await page.goto(`${path}${path.includes("?") ? "&" : "?"}lang=en-XA`);
      return look();
    });
  await context.close();
}

async function main(): Promise<number> {
  mkdirSync(PICTURES, { recursive: true });
  const [browser, stage] = await Promise.all([openBrowser(), openStage()]);
  try {
    await look(browser, stage);
    await lookForRawText(browser, stage);
    for (const [name, act] of Object.entries({ ...acts, ...accessActs, ...rulesActs, ...signInActs }))
      if (ONLY.length === 0 || ONLY.some((word) => name.startsWith(`${word}:`)))
        await check(name, () => patiently(name, () => act(browser, stage)));
  } finally {
    await browser.close();
    await stage.close();
  }
  process.stdout.write(`\n${passed} passed, ${failures.length} failed\n`);
  return failures.length === 0 && passed > 0 ? 0 : 1;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    // Whatever could not be closed would keep the process.
    process.exit(1);
  },
);
