import type { Browser } from "playwright-core";
import type { IdentityProvider, Spoilt } from "../support/identity/identity-provider.ts";
import { openPage, picture } from "./browser.ts";
import { said } from "./said.ts";
import type { Stage } from "./stage.ts";

/*
 * Signing in by an identity provider, in a browser: whoever should gets in, and everybody else reads why not.
 */

type Act = (browser: Browser, stage: Stage) => Promise<readonly string[] | undefined>;
type Page = Awaited<ReturnType<typeof openPage>>["page"];

const BUTTON = said("signIn.provider");

/**
 * What the browser complains of is wrong as well, but for the way to the provider, which is another origin.
 */
const atProvider =
  (
    spoil: IdentityProvider["spoil"],
    act: (page: Page, stage: Stage, browser: Browser) => Promise<readonly string[] | undefined>,
  ): Act =>
  async (browser, stage) => {
    const { provider } = stage;
    const { context, page, troubles } = await openPage(browser, stage.url, { locale: "en-GB" });
    provider.spoil = spoil;
    try {
      const wrong = (await act(page, stage, browser)) ?? [];
      // What needs a new proof is refused once, which Chromium notes.
      const meant = [
        `a request to ${new URL(provider.issuer).origin}`,
        "Failed to load resource: the server responded with a status of 403",
      ];
      return [...wrong, ...troubles.filter((trouble) => !meant.some((each) => trouble.startsWith(each)))];
    } finally {
      provider.spoil = undefined;
      await context.close();
    }
  };

const refused = (code: string, text: string, spoil: (claims: Record<string, unknown>) => Spoilt): Act =>
  atProvider(spoil as IdentityProvider["spoil"], async (page) => {
    await page.goto("/");
    await page.getByRole("link", { name: BUTTON }).click();
    await page.getByRole("alert").getByText(text).waitFor();
    await page.getByRole("alert").getByText(code).waitFor();
    await page.locator("input[type=password]").waitFor();
    const session = await page.evaluate(async () => (await fetch("/auth/session")).status);
    return session === 401 ? [] : [`not so: nobody is signed in, ${session}`];
  });

const SECONDS_AGO = (seconds: number): number => Math.floor(Date.now() / 1_000) - seconds;

export const signInActs: Readonly<Record<string, Act>> = {
  "oidc: somebody signs in by the provider and comes back to their view": atProvider(
    undefined,
    async (page, { provider }) => {
      await page.goto("/history?q=1");
      await page.getByRole("link", { name: BUTTON }).click();
      await page.waitForURL(/\/history\?q=1$/);
      await page.getByText(provider.person.name).first().waitFor();
      await page.getByRole("link", { name: said("nav.access"), exact: true }).click();
      await page.getByText(`user:${provider.person.sub}`).waitFor();
      return undefined;
    },
  ),

  "oidc: a token needs a new proof, and the page leads to it and back": atProvider(
    undefined,
    async (page) => {
      await page.goto("/access");
      await page.getByRole("link", { name: BUTTON }).click();
      const make = async () => {
        await page.getByRole("button", { name: said("access.makeToken") }).click();
        await page.getByLabel(said("access.nameOf")).fill("made in a browser");
        await page
          .getByRole("dialog")
          .getByRole("button", { name: said("access.makeToken") })
          .click();
      };
      await make();
      await page.getByRole("dialog").getByRole("link", { name: BUTTON }).click();
      await page.getByRole("button", { name: said("access.makeToken") }).waitFor();
      await make();
      await page.getByText(said("access.once")).waitFor();
      const shown = (await page.locator("main").textContent()) ?? "";
      await page.reload();
      await page
        .getByRole("row", { name: /made in a browser/ })
        .first()
        .waitFor();
      const later = (await page.locator("main").textContent()) ?? "";
      const secret = /sdt_\w+_\w+_\w{49}/;
      return [
        ...(secret.test(shown) ? [] : ["the token is not shown"]),
        ...(secret.test(later) ? ["the token is shown again"] : []),
      ];
    },
  ),

  "oidc: a workload is trusted after a new proof, and removed": atProvider(undefined, async (page, stage) => {
    await page.goto("/access");
    await page.getByRole("link", { name: BUTTON }).click();
    const dialog = page.getByRole("dialog");
    const trust = async () => {
      await page.getByRole("button", { name: said("access.makeTrust") }).click();
      const button = dialog.getByRole("button", { name: said("access.makeTrust") });
      const before = await button.isDisabled();
      await dialog.getByLabel(said("access.nameOf")).fill("Entra ID, in a browser");
      await dialog.getByLabel(said("trust.tenant")).fill("CE5F061F-ABE6-4E40-9615-301F87BCB7F0");
      await dialog.getByLabel(said("trust.subject")).fill("d2f8ee76-c549-45b8-a143-f5b640669704");
      await dialog.getByLabel(said("trust.audience")).fill("api://app/.default app");
      await button.click();
      return before;
    };
    const blocked = await trust();
    await dialog.getByRole("link", { name: BUTTON }).click();
    await page.getByRole("button", { name: said("access.makeTrust") }).waitFor();
    await trust();
    await page.getByText(said("access.trusted")).waitFor();
    const row = page.getByRole("row", { name: /Entra ID, in a browser/ });
    await row.getByText("api://app", { exact: true }).waitFor();
    await picture(page, "access-trusted en");
    const { trusts } = (await stage.send("GET", "/api/access")) as {
      trusts: readonly Record<string, unknown>[];
    };
    await row.getByRole("button", { name: said("access.remove") }).click();
    await dialog.getByRole("button", { name: said("access.endNow") }).click();
    await dialog.waitFor({ state: "detached" });
    await row.getByText(said("access.removed")).waitFor();
    const { audiences, scopes } = trusts[0]!;
    return [
      ...(blocked ? [] : ["it could be made before it was stated"]),
      ...(JSON.stringify([audiences, scopes]) === '[["api://app/.default","api://app","app"],["provision"]]'
        ? []
        : [`another trust was made: ${JSON.stringify(trusts[0])}`]),
    ];
  }),

  "oidc: a viewer sees no button that acts": atProvider(
    (claims) => ({ claims: { ...claims, roles: ["viewer"] } }),
    async (page) => {
      await page.goto("/");
      await page.getByRole("link", { name: BUTTON }).click();
      await page.locator("nav").waitFor();
      await page.locator(".banner").waitFor();
      const [pause, access] = [
        page.getByRole("button", { name: said("button.pause") }),
        page.getByRole("link", { name: said("nav.access"), exact: true }),
      ];
      return (await pause.count()) + (await access.count()) === 0
        ? undefined
        : ["a viewer is shown what they may not do"];
    },
  ),

  "oidc: an operator pauses, and neither changes the mode nor sees who has access": atProvider(
    (claims) => ({ claims: { ...claims, roles: ["operator"] } }),
    async (page) => {
      await page.goto("/");
      await page.getByRole("link", { name: BUTTON }).click();
      await page.getByRole("button", { name: said("button.pause") }).waitFor();
      const [mode, access] = [
        page.getByRole("button", { name: said("button.mode") }),
        page.getByRole("link", { name: said("nav.access"), exact: true }),
      ];
      return (await mode.count()) + (await access.count()) === 0
        ? undefined
        : ["an operator is shown what they may not do"];
    },
  ),

  "oidc: a forged ID token is refused": refused("oidcToken", said("refused.token"), () => ({ forged: true })),
  "oidc: a wrong nonce is refused": refused("oidcToken", said("refused.token"), (claims) => ({
    claims: { ...claims, nonce: "x".repeat(43) },
  })),
  "oidc: a wrong audience is refused": refused("oidcToken", said("refused.token"), (claims) => ({
    claims: { ...claims, aud: "another" },
  })),
  "oidc: an expired ID token is refused": refused("oidcToken", said("refused.token"), (claims) => ({
    claims: { ...claims, exp: SECONDS_AGO(120) },
  })),
  "oidc: another tenant is refused": refused("oidcTenant", said("refused.tenant"), (claims) => ({
    claims: { ...claims, tid: "11111111-2222-4333-8444-555555555555" },
  })),
  "oidc: whoever has no role is refused": refused(
    "oidcNoRole",
    said("refused.noRole"),
    ({ roles: _, ...claims }) => ({ claims }),
  ),

  "reveal: a telephone number is shown to whoever asks for it, and hidden again": atProvider(
    undefined,
    async (page, stage) => {
      await page.goto(`/people/${stage.people["person13@example.com"]}`);
      await page.locator("input[type=password]").fill(stage.token);
      await page.keyboard.press("Enter");
      await page.getByRole("button", { name: said("person.showNumbers") }).click();
      await page
        .getByText(/9200.?0013/)
        .first()
        .waitFor();
      await page.getByRole("button", { name: said("person.hideNumbers") }).click();
      await page
        .getByText(/9200.?0013/)
        .first()
        .waitFor({ state: "detached" });
      return undefined;
    },
  ),

  "oidc: an answer of the provider counts once, and in one browser": atProvider(
    undefined,
    async (page, stage, browser) => {
      let used: { readonly url: string; readonly cookie: string } | undefined;
      page.on("request", (request) => {
        if (!request.url().includes("/auth/callback")) return;
        void request.allHeaders().then(({ cookie = "" }) => {
          used = { url: request.url(), cookie };
        });
      });
      await page.goto("/");
      await page.getByRole("link", { name: BUTTON }).click();
      await page.locator("nav").waitFor();
      const value = /dingtalk-scim-login=([^;]+)/.exec(used?.cookie ?? "")?.[1];
      if (used === undefined || value === undefined) return ["the way back was not seen"];
      const answers = async (cookie: boolean, text: string) => {
        const other = await openPage(browser, stage.url, { locale: "en-GB" });
        if (cookie) await other.context.addCookies([{ name: "dingtalk-scim-login", value, url: stage.url }]);
        await other.page.goto(used!.url);
        await other.page.getByRole("alert").getByText(text).waitFor();
        await other.page.locator("input[type=password]").waitFor();
        await other.context.close();
      };
      await answers(true, said("refused.replayed"));
      await answers(false, said("refused.state"));
      return undefined;
    },
  ),
};
