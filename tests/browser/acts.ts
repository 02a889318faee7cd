import type { Browser } from "playwright-core";
import { openPage, settled, signIn } from "./browser.ts";
import type { Stage } from "./stage.ts";

/* What people do at the dashboard, from the first letter to what is true afterwards. Each answers what is wrong. */

export type Act = (browser: Browser, stage: Stage) => Promise<readonly string[] | undefined>;

/** An act as somebody signed in; what the browser complains of is wrong as well. */
export const signedIn =
  (act: (page: import("playwright-core").Page, stage: Stage) => Promise<readonly string[] | undefined>): Act =>
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
    return expected(`${bytes} bytes are at most 250,000 and more than none`, bytes > 10_000 && bytes <= 250_000);
  },

  "a wrong token is refused in words": async (browser, stage) => {
    const { context, page } = await openPage(browser, stage.url, { locale: "en-GB" });
    await page.goto("/");
    await page.locator("input[type=password]").fill("wrong");
    await page.keyboard.press("Enter");
    await page.getByText("The token is not accepted").waitFor();
    await context.close();
    return undefined;
  },

  "pause and resume, by keyboard alone": signedIn(async (page, stage) => {
    await page.getByRole("button", { name: "Pause" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await page.getByLabel(/Reason/).focus();
    await page.keyboard.type("a look by keyboard");
    await page.keyboard.press("Enter");
    await page.getByText("Paused: nothing is sent").waitFor();
    const { paused } = (await stage.send("GET", "/api/sync/status")) as { paused: { reason: string } | null };
    await page.getByRole("button", { name: "Resume" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").getByRole("button", { name: "Resume" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Pause" }).waitFor();
    return expected("the reason is recorded", paused?.reason === "a look by keyboard");
  }),

  "Escape closes a dialog, and the focus is where it was": signedIn(async (page) => {
    await page.getByRole("button", { name: "Change mode" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    const focused = await page.evaluate(() => document.activeElement?.textContent);
    return expected(`the focus is at the button, not at ${focused}`, focused === "Change mode");
  }),

  "people are found by a part of the name, and the address says so": signedIn(async (page) => {
    await page.goto("/people");
    await page.getByLabel("Search").fill("Person 1");
    await page.waitForURL(/q=Person/);
    await page.getByRole("link", { name: "Person 13" }).click();
    await page.waitForURL(/\/people\/[0-9a-f-]{36}/);
    await page.getByText("Directory and DingTalk").waitFor();
    const text = (await page.locator("main").textContent()) ?? "";
    await page.goBack();
    await page.waitForURL(/q=Person/);
    return [...expected("the mobile number is masked", text.includes("••••") && !text.includes("9200 0013") && !/9200.?0013/.test(text))];
  }),

  "overview: how far a replica is behind is shown where there is one": signedIn(async (page) => {
    const without = await page.getByText("Reading replica").count();
    let replica = { state: "used", lagSeconds: 0.4 as number | null };
    await page.route("**/api/sync/status*", async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, json: { ...(await answer.json()), replica } });
    });
    await page.reload();
    await page.getByText("0.4 sec behind").waitFor();
    await page.getByText("are read from it").waitFor();
    replica = { state: "away", lagSeconds: null };
    await page.reload();
    await page.getByText("does not answer: the primary is read").waitFor();
    return expected("nothing is shown without one", without === 0);
  }),

  "verify: the whole log is verified in the browser, and again against what was verified before": signedIn(async (page) => {
    await page.goto("/verify");
    await page.getByText("never", { exact: false }).first().waitFor();
    await page.getByRole("button", { name: "Verify now" }).click();
    await page.getByText(/entries match the signed log/).waitFor();
    await page.reload();
    await page.getByText(/entries, no fault/).waitFor();
    await page.getByRole("button", { name: "Verify now" }).click();
    await page.getByText(/entries match the signed log/).waitFor();
    const anchors = (await page.locator(".good dd").last().textContent()) ?? "";
    return expected(`one checkpoint of before was compared, not ${anchors}`, anchors === "1");
  }),

  "verify: a history that was altered on its way is not verified": signedIn(async (page) => {
    await page.route("**/history/events/**", async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, body: (await answer.text()).replace("user.created", "user.updated") });
    });
    await page.goto("/verify");
    await page.getByRole("button", { name: "Verify now" }).click();
    await page.getByRole("alert").getByText("An event was changed after it was sealed").waitFor();
    const link = await page.getByRole("alert").getByRole("link").getAttribute("href");
    return expected(`it names the event, not ${link}`, /^\/history\/[0-9a-f-]{36}$/.test(link ?? ""));
  }),

  "verify: a foreign key does not count": signedIn(async (page) => {
    await page.goto("/verify");
    const key = await page.locator("dd code.long").nth(1).textContent();
    await page.getByText("With a key and checkpoints that you kept", { exact: true }).click();
    const field = page.getByLabel("Verifier key (one line)");
    await field.fill("no key");
    await page.getByText("This is not a key or not a checkpoint").waitFor();
    await field.fill((key ?? "").replace(/^[^/]+/, "other.example.com"));
    await page.getByRole("button", { name: "Verify now" }).click();
    await page.getByRole("alert").getByText("No key has the name of the log").waitFor();
    return undefined;
  }),

  "evidence: a pack is made, listed and downloaded": signedIn(async (page) => {
    await page.goto("/reports/evidence");
    await page.getByLabel("Sample size").fill("3");
    await page.getByLabel("Seed").fill("8");
    await page.getByRole("button", { name: "Make a pack" }).click();
    const link = page.getByRole("row", { name: /sample 3, seed 8/ }).getByRole("link", { name: /^zip/ });
    await link.waitFor();
    const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
    const name = download.suggestedFilename();
    return expected(`the file is a pack, not ${name}`, /^evidence-[0-9a-f-]{36}\.zip$/.test(name));
  }),

  "leavers: who left is there, and can be narrowed to a verdict": signedIn(async (page) => {
    await page.goto("/reports/leavers");
    await page.getByText(/of \d+ within/).waitFor();
    const all = await page.locator("tbody tr").count();
    await page
      .locator(".chips")
      .getByRole("link", { name: /in time/ })
      .click();
    await page.waitForURL(/only=inTime/);
    const some = await page.locator("tbody tr").count();
    await page.getByLabel("From").fill("2020-01-01");
    await page.getByLabel("To (inclusive)").fill("2020-01-31");
    await page.getByText("Nobody left in these days").waitFor();
    return [...expected(`eight left, not ${all}`, all === 8), ...expected(`fewer were in time, not ${some}`, some > 0 && some < all)];
  }),

  "all of one reason are tried again": signedIn(async (page, stage) => {
    await page.goto("/needs-you");
    await page.getByRole("button", { name: "Try 1 again" }).first().click();
    await page.getByRole("dialog").getByText("Parked Person").waitFor();
    await page.getByRole("dialog").getByRole("button", { name: "Try 1 again" }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    const { events } = (await stage.send("GET", `/api/history?filter=${encodeURIComponent('code eq "operator.retry"')}`)) as {
      events: unknown[];
    };
    return expected("the retry is recorded", events.length > 0);
  }),

  "a hold is approved by typing its count, by keyboard alone": signedIn(async (page, stage) => {
    await page.goto("/needs-you");
    await page.getByRole("link", { name: /would leave DingTalk/ }).focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/holds\//);
    await page.getByRole("button", { name: /Approve/ }).focus();
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog");
    await dialog.waitFor();
    const blocked = await dialog.getByRole("button", { name: /Approve/ }).isDisabled();
    const { holds } = (await stage.send("GET", "/api/sync/holds?state=open")) as { holds: { count: number }[] };
    await dialog.locator("input").focus();
    await page.keyboard.type(String(holds[0]!.count));
    await page.keyboard.press("Enter");
    await dialog.waitFor({ state: "detached" });
    await page.getByText("approved", { exact: true }).waitFor();
    return expected("it cannot be approved before the count is typed", blocked);
  }),

  "the language is changed by the switch, and kept": signedIn(async (page) => {
    await page.getByLabel("Language").selectOption("zh-Hant-HK");
    await page.getByRole("heading", { name: "概覽" }).waitFor();
    await page.reload();
    await page.getByRole("heading", { name: "概覽" }).waitFor();
    await page.goto("/?lang=zh-CN");
    await page.getByRole("heading", { name: "概览" }).waitFor();
    return undefined;
  }),

  "whoever signs out sees nothing more, in no tab": signedIn(async (page) => {
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.locator("input[type=password]").waitFor();
    await page.goto("/people");
    await page.locator("input[type=password]").waitFor();
    return undefined;
  }),
};
