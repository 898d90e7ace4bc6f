import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Program } from "../../../programs/catalog";

/** A program that no machine has. */
export const sample = "cos-sample";

/** A workplace for one test: its directories, an environment that uses them, and what was started in it. */
export class Workplace {
  readonly home = mkdtemp(join(tmpdir(), "cos-tools-")).then((path) => (this.path = path));
  private path = "";
  private readonly servers: Server[] = [];
  private readonly children: ChildProcess[] = [];

  at(...parts: string[]): string {
    return join(this.path, ...parts);
  }

  get env(): NodeJS.ProcessEnv {
    return {
      HOME: this.at("home"),
      XDG_CACHE_HOME: this.at("cache"),
      PATH: [this.at("bin"), "/usr/bin", "/bin"].join(":"),
      DIRECTORY: this.path,
    };
  }

  get cache(): string {
    return this.at("cache", "pulumi-cos");
  }

  /** The sample program, with no way to get it but those that the test adds. */
  program(parts: Partial<Program> = {}): Program {
    return {
      name: sample,
      version: "1.2.3",
      versionArgs: ["version"],
      accepts: "only the pinned version",
      release: { notTaken: "this test has no vendor" },
      moduleDirectory: this.at("module"),
      ...parts,
    };
  }

  async file(path: string, content: string | Uint8Array, mode = 0o644): Promise<string> {
    await mkdir(dirname(this.at(path)), { recursive: true });
    await writeFile(this.at(path), content);
    await chmod(this.at(path), mode);
    return this.at(path);
  }

  /** A shell script as an executable file. */
  executable(path: string, ...lines: string[]): Promise<string> {
    return this.file(path, script(...lines), 0o755);
  }

  /**
   * Puts a `go` on PATH that writes a line to the file `builds` for each build, and finishes it (making the sample
   * program of that version) when there is a file `gate`.
   */
  async fakeGo(version = "1.2.3"): Promise<void> {
    await this.file("module/go.mod", "module sample\n\ngo 1.24\n");
    await this.executable(
      "bin/go",
      'if [ "$1" = env ]; then echo go1.26.1; echo local; exit; fi',
      'echo build >> "$DIRECTORY/builds"',
      'while [ "$1" != -o ]; do shift; done',
      // Ends also when nobody waits for it any more and its directory is removed.
      'while [ ! -e "$DIRECTORY/gate" ] && [ -d "$GOTMPDIR" ]; do sleep 0.02; done',
      `printf '#!/bin/sh\\necho Sample v${version}\\n' > "$2" && chmod +x "$2"`,
    );
  }

  openGate(): Promise<string> {
    return this.file("gate", "");
  }

  async builds(): Promise<number> {
    return existsSync(this.at("builds")) ? (await readFile(this.at("builds"), "utf8")).split("\n").length - 1 : 0;
  }

  /** What is in a directory of the cache; nothing if it does not exist. */
  cached(...parts: string[]): Promise<string[]> {
    return readdir(join(this.cache, ...parts)).catch(() => []);
  }

  /** An HTTP server on a free port; returns its URL. */
  async serve(answer: (request: IncomingMessage, response: ServerResponse) => void, port = 0): Promise<string> {
    const server = createServer(answer);
    this.servers.push(server);
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  async stopServers(): Promise<void> {
    for (const server of this.servers.splice(0)) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  /** Resolves a program in a process of its own. */
  resolveInChild(program: Program): Child {
    return this.child(join(__dirname, "resolve-child.ts"), JSON.stringify(program));
  }

  child(file: string, ...args: string[]): Child {
    const child = spawn(process.execPath, ["--require", "tsx/cjs", file, ...args], {
      env: this.env,
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.children.push(child);
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
    return {
      process: child,
      output: () => output,
      ended: new Promise((resolve) => child.once("close", resolve)),
    };
  }

  async remove(): Promise<void> {
    for (const child of this.children) child.kill("SIGKILL");
    await this.stopServers();
    await rm(this.path, { recursive: true, force: true, maxRetries: 10 });
  }
}

export interface Child {
  process: ChildProcess;
  output(): string;
  ended: Promise<unknown>;
}

export const script = (...lines: string[]): string => ["#!/bin/sh", ...lines, ""].join("\n");

/** Waits until something is so; mocha's time limit ends it. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await delay(10);
}

/** Gives each test of the suite a workplace, and removes it afterwards. */
export function useWorkplace(): () => Workplace {
  let workplace: Workplace;
  beforeEach(async () => {
    workplace = new Workplace();
    await workplace.home;
  });
  afterEach(() => workplace.remove());
  return () => workplace;
}
