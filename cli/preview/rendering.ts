import { fork } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { extname, join } from "node:path";
import type { Inventory } from "../cost/inventory";
import { UserError } from "../errors";
import type { Document } from "./documents";

/** What is asked of a process that runs a program. */
export interface RenderRequest {
  stack: string;
  /** Its configuration file. */
  config: string;
  /** AWS region where the configuration has none. */
  region: string | undefined;
}

/** What a program asks for. */
export interface Rendering {
  documents: Document[];
  /** What AWS bills of it; not known without a region. */
  inventory?: Inventory;
}

/** What such a process answers. */
export type Rendered = Rendering | { error: string };

/** Runs the Pulumi program of a directory with nothing behind it. @throws UserError where it fails */
export async function render(directory: string, request: RenderRequest, whose: string): Promise<Rendering> {
  const extension = extname(__filename);
  const require = createRequire(__filename);
  // As in ../../load.js: what is JavaScript already comes before tsx.
  const before = extension === ".ts" ? ["@pulumi/pulumi", "tsx/cjs"] : [];
  const child = fork(join(__dirname, `render${extension}`), [], {
    cwd: directory,
    execArgv: before.flatMap((name) => ["--require", require.resolve(name)]),
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (text: Buffer) => said.push(text.toString()));
  let answer: Rendered | undefined;
  child.on("message", (message) => {
    answer = message as Rendered;
  });
  child.send(request);
  await once(child, "close");
  if (answer && "documents" in answer) return answer;
  const lines = said.join("").trim().split("\n").slice(-20).join("\n");
  throw new UserError([`The program of ${whose} fails: ${answer?.error ?? "it ended"}`, lines].join("\n").trim());
}
