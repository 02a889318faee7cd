import { LANGUAGES } from "../../web/src/words/words.ts";
import { type Act, signedIn } from "./acts.ts";
import { picture } from "./browser.ts";
import { wordsIn } from "./said.ts";

/* Giving access, as it looks. That it does what it says is in sign-in-acts.ts. */

export const accessActs: Readonly<Record<string, Act>> = {
  "access: what a workload is asked for is worded in each language": signedIn(async (page) => {
    const wide = page.viewportSize()!;
    for (const language of LANGUAGES)
      for (const width of [wide.width, 320]) {
        await page.setViewportSize({ ...wide, width });
        await page.goto(`/access?lang=${language}`);
        await page.getByRole("button", { name: wordsIn[language].t("access.makeTrust") }).click();
        await page.getByRole("dialog").getByLabel(wordsIn[language].t("trust.audience")).waitFor();
        await page.getByRole("dialog").locator("summary").click();
        await picture(page, `access-trust ${language} ${width}`);
      }
    return undefined;
  }),
};
