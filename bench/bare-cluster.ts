import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, delimiter, dirname, join } from "node:path";
import { openInstallation } from "../local/installation";
import { variablesFile } from "../local/jobs";
import type { LocalPrograms } from "../local/programs";
import { engineEnvironment } from "../local/stack";
import { runCommand } from "./command";
import type { LocalInstallation } from "../tests/support/local-installation";
import { removeDirectory } from "../tests/support/temporary";
import { timeUntilOk } from "./timing";

const script = join(__dirname, "bare.sh");
const agents = ["consul", "nomad"] as const;

// A new server that elects itself has no keyring for some moments. A client that registers just then is refused, and tries
// again after 15 to 30 seconds. What we are compared with must not be slow by that.
const race = "keyring has not been initialized yet";

/** What `npm start` starts, started by bench/bare.sh: the same programs, configurations, job files and variables. */
export class BareCluster {
  private agentConfigs = new Map<string, string>();

  constructor(
    private readonly local: LocalInstallation,
    private readonly programs: LocalPrograms,
    private readonly signal: AbortSignal,
    private readonly log: (text: string) => void,
  ) {}

  /** Keeps the agents' configurations as a `npm start` has rendered them, which must have been before. */
  keepConfigurations(): void {
    for (const name of agents) {
      const file = join(this.local.directory, "agents", `${name}.d`, `${name}.json`);
      this.agentConfigs.set(name, readFileSync(file, "utf8"));
    }
  }

  /** Starts it in an empty directory, and stops and removes it. Resolves to the seconds until its first answer. */
  async timeFirstAnswer(): Promise<number> {
    for (;;) {
      const { seconds, raced } = await this.startOnce();
      if (!raced) return seconds;
      this.log(`bare.sh ${seconds.toFixed(2)} s does not count: Nomad's client came before the server's keyring`);
    }
  }

  private async startOnce(): Promise<{ seconds: number; raced: boolean }> {
    const { directory, config } = this.local;
    const installation = openInstallation({ config, directory }, "current");
    mkdirSync(directory);
    for (const [name, text] of this.agentConfigs) writeFileSync(join(directory, `${name}.json`), text);
    for (const job of installation.config.jobs) {
      writeFileSync(join(directory, basename(job.file, ".nomad.hcl") + ".hcl"), variablesFile(job.variables ?? {}));
    }
    const { agents: paths, taskPath } = this.programs;
    const url = `${this.local.trafficAddress}/ping`;
    const enough = new AbortController();
    const running = runCommand(script, [directory, url], {
      cwd: directory,
      env: {
        ...engineEnvironment(installation, this.programs),
        PATH: [dirname(paths.consul), dirname(paths.nomad), ...taskPath, process.env.PATH ?? ""].join(delimiter),
        CONSUL_HTTP_ADDR: this.local.consulAddress,
        NOMAD_ADDR: this.local.nomadAddress,
      },
      interrupt: AbortSignal.any([this.signal, enough.signal]),
    });
    try {
      const seconds = await timeUntilOk(url, running);
      return { seconds, raced: readFileSync(join(directory, "nomad.log"), "utf8").includes(race) };
    } catch (error) {
      this.signal.throwIfAborted();
      enough.abort();
      throw new Error(`bench/bare.sh has failed: ${(await running).output}`, { cause: error });
    } finally {
      enough.abort();
      await running;
      await removeDirectory(directory);
    }
  }
}
