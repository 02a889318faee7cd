import { killGroup, type Run } from "../support/server.ts";

/** What a start or command that could not run said: lines, without the heading. */
export async function refusal(run: Run): Promise<readonly string[]> {
  // One that starts after all is a failure, not something to wait for.
  run.says("dingtalk-scim is ready").then(
    () => killGroup(run),
    () => undefined,
  );
  expect([await run.ended(), run.stdout]).toEqual([3, ""]);
  const [heading, ...lines] = run.stderr.trimEnd().split("\n");
  expect(heading).toBe("dingtalk-scim cannot start:");
  return lines;
}

export const oneLine = (text: string) => [expect.stringContaining(text)];
