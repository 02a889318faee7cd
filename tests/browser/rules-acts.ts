import { readFileSync, writeFileSync } from "node:fs";
import { type Act, expected, signedIn } from "./acts.ts";
import { picture } from "./browser.ts";

/* What people do with the rules of the installation: the plan under them, and the mapping. */

export const rulesActs: Readonly<Record<string, Act>> = {
  "plan: a grace in which leavers keep their access is told in each language": signedIn(async (page, stage) => {
    const before = readFileSync(stage.policyFile, "utf8");
    writeFileSync(stage.policyFile, before.replace(/^grace:.*$/m, "grace: 36h"));
    try {
      for (const [language, said] of [
        ["en", /a regular account cannot be disabled.*36 hr/],
        ["zh-CN", /普通账号无法停用.*36小时/],
        ["zh-HK", /一般帳號無法停用.*36 ?小時/],
      ] as const) {
        await page.goto(`/plan?lang=${language}`);
        await page.getByRole("note").getByText(said).waitFor();
        await picture(page, `plan-advice ${language}`);
      }
    } finally {
      writeFileSync(stage.policyFile, before);
    }
    await page.goto("/plan?lang=en");
    await page.getByText("Held back").waitFor();
    return expected("without a grace nothing is said", (await page.getByRole("note").count()) === 0);
  }),

  "mapping: somebody is found and goes through the rules, without their number": signedIn(async (page) => {
    await page.goto("/mapping");
    await page.getByLabel("Whom to try").fill("Person 13");
    await page.getByRole("link", { name: "Person 13" }).click();
    await page.waitForURL(/person=[0-9a-f-]{36}/);
    await page.getByRole("cell", { name: "Clerk" }).first().waitFor();
    const text = (await page.locator("main").textContent()) ?? "";
    await page.getByRole("link", { name: "somebody else" }).click();
    await page.getByLabel("Whom to try").waitFor();
    return [...expected("the mobile number is masked", text.includes("••••0013") && !/9200.?0013/.test(text))];
  }),
};
