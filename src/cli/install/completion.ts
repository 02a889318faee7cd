import { Argument, Command } from "commander";
import { completionScript, SHELLS, type Shell, treeOf } from "../terminal/completion-script.ts";
import { print } from "../terminal/output.ts";

export const completionCommand = (): Command => {
  const command = new Command("completion")
    .description("a shell script for completion of commands and options")
    .addArgument(new Argument("<shell>", "which one").choices(SHELLS))
    .addHelpText(
      "after",
      `
Examples:
  $ source <(dingtalk-scim completion bash)
  $ dingtalk-scim completion zsh > "\${fpath[1]}/_dingtalk-scim"
  $ dingtalk-scim completion fish > ~/.config/fish/completions/dingtalk-scim.fish`,
    );
  return command.action((shell: Shell) => print(completionScript(shell, treeOf(command.parent ?? command))));
};
