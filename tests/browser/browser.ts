import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";

/* A browser as somebody's own: what it asks elsewhere and what the page's policy stops is noted. */

export interface Watched {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What went wrong so far: requests to others, breaches of the policy, errors of scripts. */
  readonly troubles: readonly string[];
}

export interface Looks {
  readonly locale: string;
  readonly colorScheme?: "light" | "dark";
  readonly width?: number;
}

export async function openBrowser(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
  if (!existsSync(executablePath))
    throw new Error(
      `there is no browser at ${executablePath}; set CHROMIUM_PATH, or install Debian's chromium`,
    );
  // Chromium's own sandbox does not work for root.
  return chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ["--no-sandbox"] : [] });
}

export async function openPage(
  browser: Browser,
  url: string,
  { locale, colorScheme = "light", width = 1280 }: Looks,
): Promise<Watched> {
  const context = await browser.newContext({
    locale,
    colorScheme,
    timezoneId: "Asia/Hong_Kong",
    reducedMotion: "reduce",
    viewport: { width, height: 900 },
    baseURL: url,
  });
  const troubles: string[] = [];
  await context.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      // biome-ignore lint/suspicious/noConsole: it runs in the page, whose console is listened to.
      console.error(`CSP ${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  const page = await context.newPage();
  page.on("request", (request) => {
    if (!request.url().startsWith(`${url}/`) && !request.url().startsWith("data:"))
      troubles.push(`a request to ${request.url()}`);
  });
  page.on("pageerror", (error) => troubles.push(`an error: ${error.message}`));
  page.on("console", (message) => {
    // Who is not signed in is told by a 401, which Chromium notes.
    if (message.type() === "error" && !/status of 401/.test(message.text())) troubles.push(message.text());
  });
  return { context, page, troubles };
}

export async function signIn(page: Page, token: string): Promise<void> {
  await page.goto("/");
  await page.locator("input[type=password]").fill(token);
  await page.locator("form button[type=submit]").click();
  await page.locator("nav").waitFor();
}

/** The page has what it asked for. */
export async function settled(page: Page): Promise<void> {
  await page.waitForLoadState("networkidle");
  await page.locator("main h1").first().waitFor();
}

/** For people to look at. */
export const PICTURES = join(__dirname, "..", "..", "screenshots");

export async function picture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(PICTURES, `${name.replaceAll(" ", "-")}.png`), fullPage: true });
}
