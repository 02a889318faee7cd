import type { Browser } from "playwright-core";
import { openPage, settled, signIn } from "./browser.ts";
import { said, saidLike, wordsIn } from "./said.ts";
import type { Stage } from "./stage.ts";

/*
 * What people do at the dashboard, from the first letter to what is true afterwards. Each answers what is
 * wrong.
 */

export type Act = (browser: Browser, stage: Stage) => Promise<readonly string[] | undefined>;

/** An act as somebody signed in; what the browser complains of is wrong as well. */
export const signedIn =
  (
    act: (page: import("playwright-core").Page, stage: Stage) => Promise<readonly string[] | undefined>,
  ): Act =>
  async (browser, stage) => {
    const { context, page, troubles } = await openPage(browser, stage.url, { locale: "en-GB" });
    try {
      await signIn(page, stage.token);
      return [...((await act(page, stage)) ?? []), ...troubles];
    } finally {
      await context.close();
    }
  };

export const expected = (what: string, isSo: boolean): readonly string[] => (isSo ? [] : [`not so: ${what}`]);

export const acts: Readonly<Record<string, Act>> = {
  "a first load is at most 250 kB": async (browser, stage) => {
    const { context, page } = await openPage(browser, stage.url, { locale: "en-GB" });
    let bytes = 0;
    page.on(
      "response",
      (response) =>
        void response
          .request()
          .sizes()
          .then(
            ({ responseBodySize }) => {
              bytes += responseBodySize;
            },
            () => undefined,
          ),
    );
    await page.goto("/");
    await settled(page);
    await context.close();
    process.stdout.write(`first load: ${Math.round(bytes / 1_000)} kB\n`);
    return expected(
      `${bytes} bytes are at most 250,000 and more than none`,
      bytes > 10_000 && bytes <= 250_000,
    );
  },

  "a wrong token is refused in words": async (browser, stage) => {
    const { context, page } = await openPage(browser, stage.url, { locale: "en-GB" });
    await page.goto("/");
    await page.locator("input[type=password]").fill("wrong");
    await page.keyboard.press("Enter");
    await page.getByText(said("problem.unauthenticated")).waitFor();
    await context.close();
    return undefined;
  },

  "pause and resume, by keyboard alone": signedIn(async (page, stage) => {
    await page.getByRole("button", { name: said("button.pause") }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await page.getByLabel(said("pause.reason")).focus();
    await page.keyboard.type("a look by keyboard");
    await page.keyboard.press("Enter");
    await page.getByText(said("banner.paused")).waitFor();
    const { paused } = (await stage.send("GET", "/api/sync/status")) as { paused: { reason: string } | null };
    await page.getByRole("button", { name: said("button.resume") }).focus();
    await page.keyboard.press("Enter");
    await page
      .getByRole("dialog")
      .getByRole("button", { name: said("button.resume") })
      .focus();
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: said("button.pause") }).waitFor();
    return expected("the reason is recorded", paused?.reason === "a look by keyboard");
  }),

  "Escape closes a dialog, and the focus is where it was": signedIn(async (page) => {
    await page.getByRole("button", { name: said("button.mode") }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    const focused = await page.evaluate(() => document.activeElement?.textContent);
    return expected(`the focus is at the button, not at ${focused}`, focused === said("button.mode"));
  }),

  "people are found by a part of the name, and the address says so": signedIn(async (page) => {
    await page.goto("/people");
    await page.getByLabel(said("people.search")).fill("Person 1");
    await page.waitForURL(/q=Person/);
    await page.getByRole("link", { name: "Person 13" }).click();
    await page.waitForURL(/\/people\/[0-9a-f-]{36}/);
    await page.getByText(said("person.difference")).waitFor();
    const text = (await page.locator("main").textContent()) ?? "";
    await page.goBack();
    await page.waitForURL(/q=Person/);
    return [
      ...expected(
        "the mobile number is masked",
        text.includes("••••") && !text.includes("9200 0013") && !/9200.?0013/.test(text),
      ),
    ];
  }),

  "overview: how far a replica is behind is shown where there is one": signedIn(async (page) => {
    const without = await page.getByText(said("overview.replica")).count();
    let replica = { state: "used", lagSeconds: 0.4 as number | null };
    await page.route("**/api/sync/status*", async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, json: { ...(await answer.json()), replica } });
    });
    await page.reload();
    await page.getByText(said("replica.lag", { lag: wordsIn.en.duration(0.4) })).waitFor();
    await page.getByText(said("replica.used")).waitFor();
    replica = { state: "away", lagSeconds: null };
    await page.reload();
    await page.getByText(said("replica.away")).waitFor();
    return expected("nothing is shown without one", without === 0);
  }),

  "verify: the whole log is verified in the browser, and again against what was verified before": signedIn(
    async (page) => {
      await page.goto("/verify");
      await page.getByText(said("verify.never")).first().waitFor();
      await page.getByRole("button", { name: said("verify.now") }).click();
      await page.getByText(saidLike("verify.verified")).waitFor();
      await page.reload();
      await page.getByText(saidLike("verify.lastGood")).waitFor();
      await page.getByRole("button", { name: said("verify.now") }).click();
      await page.getByText(saidLike("verify.verified")).waitFor();
      const anchors = (await page.locator(".good dd").last().textContent()) ?? "";
      return expected(`one checkpoint of before was compared, not ${anchors}`, anchors === "1");
    },
  ),

  "verify: a history that was altered on its way is not verified": signedIn(async (page) => {
    await page.route("**/history/events/**", async (route) => {
      const answer = await route.fetch();
      await route.fulfill({
        response: answer,
        body: (await answer.text()).replace("user.created", "user.updated"),
      });
    });
    await page.goto("/verify");
    await page.getByRole("button", { name: said("verify.now") }).click();
    await page.getByRole("alert").getByText(said("fault.event")).waitFor();
    const link = await page.getByRole("alert").getByRole("link").getAttribute("href");
    return expected(`it names the event, not ${link}`, /^\/history\/[0-9a-f-]{36}$/.test(link ?? ""));
  }),

  "verify: a foreign key does not count": signedIn(async (page) => {
    await page.goto("/verify");
    const key = await page.locator("dd code.long").nth(1).textContent();
    await page.getByText(said("verify.withYours"), { exact: true }).click();
    const field = page.getByLabel(said("verify.yourKey"));
    await field.fill("no key");
    await page.getByText(said("verify.notRead")).waitFor();
    await field.fill((key ?? "").replace(/^[^/]+/, "other.example.com"));
    await page.getByRole("button", { name: said("verify.now") }).click();
    await page.getByRole("alert").getByText(said("fault.noKey")).waitFor();
    return undefined;
  }),

  "evidence: a pack is made, listed and downloaded": signedIn(async (page) => {
    await page.goto("/reports/evidence");
    await page.getByLabel(said("evidence.sample")).fill("3");
    await page.getByLabel(said("evidence.seed")).fill("8");
    await page.getByRole("button", { name: said("evidence.make") }).click();
    const link = page
      .getByRole("row", { name: said("evidence.drawn", { sample: "3", seed: "8" }) })
      .getByRole("link", { name: saidLike("evidence.download") });
    await link.waitFor();
    const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
    const name = download.suggestedFilename();
    return expected(`the file is a pack, not ${name}`, /^evidence-[0-9a-f-]{36}\.zip$/.test(name));
  }),

  "leavers: who left is there, and can be narrowed to a verdict": signedIn(async (page) => {
    await page.goto("/reports/leavers");
    await page.getByText(saidLike("leavers.sentence")).waitFor();
    const all = await page.locator("tbody tr").count();
    await page
      .locator(".chips")
      .getByRole("link", { name: said("leaver.inTime") })
      .click();
    await page.waitForURL(/only=inTime/);
    const some = await page.locator("tbody tr").count();
    await page.getByLabel(said("period.from")).fill("2020-01-01");
    await page.getByLabel(said("period.to")).fill("2020-01-31");
    await page.getByText(said("leavers.none")).waitFor();
    return [
      ...expected(`eight left, not ${all}`, all === 8),
      ...expected(`fewer were in time, not ${some}`, some > 0 && some < all),
    ];
  }),

  "all of one reason are tried again": signedIn(async (page, stage) => {
    await page.goto("/needs-you");
    await page
      .getByRole("button", { name: said("button.retryAll", { count: 1 }) })
      .first()
      .click();
    await page.getByRole("dialog").getByText("Parked Person").waitFor();
    await page
      .getByRole("dialog")
      .getByRole("button", { name: said("button.retryAll", { count: 1 }) })
      .click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    const { events } = (await stage.send(
      "GET",
      `/api/history?filter=${encodeURIComponent('code eq "operator.retry"')}`,
    )) as {
      events: unknown[];
    };
    return expected("the retry is recorded", events.length > 0);
  }),

  "a hold is approved by typing its count, by keyboard alone": signedIn(async (page, stage) => {
    await page.goto("/needs-you");
    await page.getByRole("link", { name: saidLike("limit.peopleRemoved") }).focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/holds\//);
    await page.getByRole("button", { name: saidLike("button.approve") }).focus();
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog");
    await dialog.waitFor();
    const blocked = await dialog.getByRole("button", { name: saidLike("button.approve") }).isDisabled();
    const { holds } = (await stage.send("GET", "/api/sync/holds?state=open")) as {
      holds: { count: number }[];
    };
    await dialog.locator("input").focus();
    await page.keyboard.type(String(holds[0]!.count));
    await page.keyboard.press("Enter");
    await dialog.waitFor({ state: "detached" });
    await page.getByText(said("holdState.approved"), { exact: true }).waitFor();
    return expected("it cannot be approved before the count is typed", blocked);
  }),

  "the language is changed by the switch, and kept": signedIn(async (page) => {
    await page.getByLabel(said("language")).selectOption("zh-Hant-HK");
    await page.getByRole("heading", { name: wordsIn["zh-Hant-HK"].t("nav.overview") }).waitFor();
    await page.reload();
    await page.getByRole("heading", { name: wordsIn["zh-Hant-HK"].t("nav.overview") }).waitFor();
    await page.goto("/?lang=zh-CN");
    await page.getByRole("heading", { name: wordsIn["zh-Hans-CN"].t("nav.overview") }).waitFor();
    return undefined;
  }),

  "whoever signs out sees nothing more, in no tab": signedIn(async (page) => {
    await page.getByRole("button", { name: said("button.signOut") }).click();
    await page.locator("input[type=password]").waitFor();
    await page.goto("/people");
    await page.locator("input[type=password]").waitFor();
    return undefined;
  }),
};
