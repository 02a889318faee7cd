import { execFileSync } from "node:child_process";
import { createProgram } from "../../../src/cli/program.ts";
import { completionScript, SHELLS, treeOf } from "../../../src/cli/terminal/completion-script.ts";

const places = treeOf(createProgram());

test("every command and its options can be completed", () => {
  const wordsAt = (path: string) =>
    places.find((place) => place.path === path)?.words.map(({ word }) => word);
  expect(wordsAt("")).toEqual(
    expect.arrayContaining(["serve", "token", "config", "completion", "--version", "--help"]),
  );
  expect(wordsAt("token")).toEqual(expect.arrayContaining(["create", "list", "revoke"]));
  expect(wordsAt("token create")).toEqual(expect.arrayContaining(["--name", "--scope", "--help"]));
  expect(wordsAt("completion")).toEqual(expect.arrayContaining([...SHELLS]));
});

/** What bash offers after these words. */
function offered(...words: readonly string[]): readonly string[] {
  const line = `COMP_WORDS=(dingtalk-scim ${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length}; _dingtalk_scim; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const script = `${completionScript("bash", places)}\n${line}`;
  return execFileSync("bash", ["--norc", "-c", script], { encoding: "utf8" }).trim().split("\n");
}

test("bash offers what fits", () => {
  expect(offered("comp")).toEqual(["completion"]);
  expect(offered("token", "")).toEqual(expect.arrayContaining(["create", "list", "revoke"]));
  expect(offered("token", "--json", "create", "--na")).toEqual(["--name"]);
  expect(offered("completion", "z")).toEqual(["zsh"]);
});

test.each(SHELLS)("%s gets every command", (shell) => {
  const script = completionScript(shell, places);
  expect(places.filter(({ path }) => !script.includes(path)).map(({ path }) => path)).toEqual([]);
});
