import { join } from "node:path";
import { run } from "../tests/support/command";
import {
  localSources,
  makePlainRoot,
  plainRoot,
  provision,
  provisionedRoot,
  suites,
} from "../tests/support/root-file-system";
import { removeDirectory, temporaryDirectory } from "../tests/support/temporary";
import type { Suite } from "./suite";

/** The parts of the provisioning, in the order of ami/provision/run.sh. */
const parts = ["packages", "programs", "users", "files", "services", "cleanup"];

/** What the files of a root file system take, in megabytes. */
async function sizeOf(root: string): Promise<number> {
  const said = await run("du", ["--summarize", "--one-file-system", "--block-size=1", root]);
  return Number.parseInt(said, 10) / 1e6;
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return (performance.now() - begin) / 1000;
}

/** What each part has taken so far, over all runs. */
class Shares {
  private readonly taken = new Map(parts.map((part) => [part, { seconds: 0, megabytes: 0 }]));

  /** Provisions a root file system part by part. Resolves to the seconds that all of them took. */
  async provision(root: string, options: Parameters<typeof provision>[1]): Promise<number> {
    let total = 0;
    for (const [part, taken] of this.taken) {
      const before = await sizeOf(root);
      const seconds = await secondsOf(() => provision(root, { ...options, parts: [part] }));
      taken.seconds += seconds;
      taken.megabytes += (await sizeOf(root)) - before;
      total += seconds;
    }
    return total;
  }

  /** A line for each part. */
  *describe(): Generator<string> {
    const sum = (unit: "seconds" | "megabytes") =>
      [...this.taken.values()].reduce((all, taken) => all + taken[unit], 0);
    const [seconds, megabytes] = [sum("seconds"), sum("megabytes")];
    const percent = (value: number) => `${(100 * value).toFixed(1).padStart(5)} %`;
    for (const [part, taken] of this.taken) {
      yield `${part.padEnd(10)}${percent(taken.seconds / seconds)} of the time, ${percent(taken.megabytes / megabytes)} of the size`;
    }
  }
}

/** The machine image beside a plain Debian of the same suite: see issue 5, "Shown by". */
export const amiSuite: Suite = async ({ signal, log }, compare) => {
  const directory = await temporaryDirectory("bench-ami");
  try {
    const [suite] = suites;
    const plain = await plainRoot(suite);
    const programs = await localSources();
    const shares = new Shares();
    /** Does something with a path at which nothing is, before and afterwards. */
    const withPath = async (work: (path: string) => Promise<number>) => {
      signal.throwIfAborted();
      const path = join(directory, "root");
      return work(path).finally(() => removeDirectory(path));
    };
    await compare({
      name: "ami.provisioning-time",
      limit: 1.5,
      pairs: 3,
      ours: {
        title: `provisioning of ${suite}`,
        measure: () =>
          withPath(async (path) => {
            await run("cp", ["--archive", plain, path]);
            return shares.provision(path, { programs });
          }),
      },
      baseline: {
        title: `debootstrap of ${suite}`,
        measure: () => withPath((path) => secondsOf(() => makePlainRoot(suite, path))),
      },
    });
    for (const line of shares.describe()) log(`ami.provisioning-time: ${line}`);
    for (const each of suites) {
      await compare({
        name: `ami.size-${each}`,
        limit: 4,
        unit: "MB",
        // The same every time.
        pairs: 1,
        ours: { title: `image of ${each}`, measure: async () => sizeOf(await provisionedRoot(each)) },
        baseline: { title: `plain ${each}`, measure: async () => sizeOf(await plainRoot(each)) },
      });
    }
  } finally {
    await removeDirectory(directory);
  }
};
