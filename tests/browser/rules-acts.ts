import { readFileSync, writeFileSync } from "node:fs";
import { LANGUAGES } from "../../web/src/words/words.ts";
import { type Act, expected, signedIn } from "./acts.ts";
import { picture } from "./browser.ts";
import { said, saidLike, wordsIn } from "./said.ts";

/* What people do with the rules of the installation: the plan under them, and the mapping. */

export const rulesActs: Readonly<Record<string, Act>> = {
  "plan: a grace in which leavers keep their access is told in each language": signedIn(
    async (page, stage) => {
      const before = readFileSync(stage.policyFile, "utf8");
      writeFileSync(stage.policyFile, before.replace(/^grace:.*$/m, "grace: 36h"));
      try {
        for (const language of LANGUAGES) {
          const { reasons, duration } = wordsIn[language];
          await page.goto(`/plan?lang=${language}`);
          const note = page.getByRole("note");
          await note.getByText(reasons["graceKeepsAccess"]![0]).waitFor();
          await note.getByText(duration(36 * 3_600)).waitFor();
          await picture(page, `plan-advice ${language}`);
        }
      } finally {
        writeFileSync(stage.policyFile, before);
      }
      await page.goto("/plan?lang=en");
      await page.getByText(said("plan.held")).waitFor();
      return expected("without a grace nothing is said", (await page.getByRole("note").count()) === 0);
    },
  ),

  "mapping: somebody is found and goes through the rules, without their number": signedIn(async (page) => {
    await page.goto("/mapping");
    await page.getByLabel(said("mapping.whom")).fill("Person 13");
    await page.getByRole("link", { name: "Person 13" }).click();
    await page.waitForURL(/person=[0-9a-f-]{36}/);
    await page.getByRole("cell", { name: "Clerk" }).first().waitFor();
    const text = (await page.locator("main").textContent()) ?? "";
    await page.getByRole("link", { name: said("mapping.another") }).click();
    await page.getByLabel(said("mapping.whom")).waitFor();
    return [
      ...expected("the mobile number is masked", text.includes("••••0013") && !/9200.?0013/.test(text)),
    ];
  }),

  "mapping: a changed file is tried on the people of the last changes, in each language": signedIn(
    async (page) => {
      const wide = page.viewportSize()!;
      const wrong: string[] = [];
      for (const language of LANGUAGES)
        for (const width of [wide.width, 320]) {
          await page.setViewportSize({ ...wide, width });
          await page.goto(`/mapping?lang=${language}`);
          const text = page.getByLabel(wordsIn[language].t("replay.file"));
          const before = await text.inputValue();
          await text.fill(
            before
              .replace(/^ {2}title: .*$/m, "  title: upper(user.title)")
              .replace("dingtalk.remark", 'phoneOf(user, "mobile")'),
          );
          await page.getByRole("button", { name: wordsIn[language].t("replay.try"), exact: true }).click();
          await page.getByText(saidLike("replay.tried", {}, language)).waitFor();
          await page.getByText("CLERK").first().waitFor();
          const shown = (await page.locator("main").textContent()) ?? "";
          wrong.push(
            ...expected("numbers are masked", /••••\d{4}/.test(shown) && !/9[123]00.?00\d\d/.test(shown)),
          );
          const sideways = await page.evaluate(
            () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
          );
          wrong.push(...expected(`it does not scroll sideways by ${sideways} px at ${width}`, sideways <= 0));
          await picture(page, `mapping-replay ${language} ${width}`);
        }
      return wrong;
    },
  ),

  "mapping: mistakes of a changed file are shown by line, and it goes back to the file": signedIn(
    async (page) => {
      await page.goto("/mapping");
      const text = page.getByLabel(said("replay.file"));
      const before = await text.inputValue();
      await text.fill(before.replace("user.title", "user.titel"));
      await page.getByRole("button", { name: said("replay.try"), exact: true }).click();
      await page.getByRole("alert").getByText(said("replay.mistakes")).waitFor();
      await page.getByRole("cell", { name: "person.title" }).waitFor();
      await page.getByRole("button", { name: said("replay.reset") }).click();
      return expected("the text is that of the file again", (await text.inputValue()) === before);
    },
  ),
};
