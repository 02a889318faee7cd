import { Command } from "commander";
import { loadConfig } from "../config.ts";
import { startServer } from "../main.ts";
import { say } from "./output.ts";

export const serveCommand = (): Command =>
  new Command("serve").description("run the server; settings come from the environment, see .env.example").action(async () => {
    const server = await startServer(loadConfig());
    for (const line of server.notice) say(line);
    await new Promise<void>((resolve) => {
      for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
    });
    say("stopping");
    await server.stop();
  });
