import { type Act, signedIn } from "./acts.ts";
import { picture } from "./browser.ts";

/* Giving access, as it looks. That it does what it says is in sign-in-acts.ts. */

export const accessActs: Readonly<Record<string, Act>> = {
  "access: what a workload is asked for is worded in each language": signedIn(async (page) => {
    const wide = page.viewportSize()!;
    for (const [language, button, label] of [
      ["en", "Trust a workload", "Audience"],
      ["zh-CN", "信任工作负载", "受众"],
      ["zh-HK", "信任工作負載", "受眾"],
    ] as const)
      for (const width of [wide.width, 320]) {
        await page.setViewportSize({ ...wide, width });
        await page.goto(`/access?lang=${language}`);
        await page.getByRole("button", { name: button }).click();
        await page.getByRole("dialog").getByLabel(label).waitFor();
        await page.getByRole("dialog").locator("summary").click();
        await picture(page, `access-trust ${language} ${width}`);
      }
    return undefined;
  }),
};
