import { dirname } from "node:path";
import { openInstallation } from "../local/installation";
import { resolveLocalPrograms } from "../local/programs";
import { engineEnvironment, stackConfigFile } from "../local/stack";
import { LocalInstallation } from "../tests/support/local-installation";
import { BareCluster } from "./bare-cluster";
import { MinimalStack } from "./minimal-stack";
import type { Suite } from "./suite";
import { timeCommand, timeUntilOk } from "./timing";

const root = dirname(__dirname);
const limit = 1.5;

/** The COS on this machine: see issue 3, "Shown by". */
export const localSuite: Suite = async ({ signal, log }, compare) => {
  const local = await LocalInstallation.create();
  try {
    const programs = await resolveLocalPrograms(signal, log);
    const bare = new BareCluster(local, programs, signal, log);
    const command = { cwd: root, interrupt: signal };
    const start = (says?: string) => timeCommand("npm", ["start", "--", ...local.cliArguments], { ...command, says });
    await compare({
      name: "local.first-200",
      limit,
      pairs: 5,
      ours: {
        title: "npm start",
        measure: async () => {
          const running = start();
          const seconds = await timeUntilOk(`${local.trafficAddress}/ping`, running).finally(() => running);
          bare.keepConfigurations();
          await timeCommand("npm", ["run", "destroy", "--", ...local.cliArguments], command);
          return seconds;
        },
      },
      baseline: { title: "bare.sh", measure: () => bare.timeFirstAnswer() },
    });

    log("starting the cluster for the other figures");
    await start();
    const installation = openInstallation({ config: local.config, directory: local.directory }, "current");
    const env = engineEnvironment(installation, programs);
    const minimal = await MinimalStack.create(local.nomadAddress, programs.pulumi, env, signal);
    try {
      await compare({
        name: "local.no-op-start",
        limit,
        pairs: 7,
        ours: { title: "npm start", measure: () => start("pulumi up: no change") },
        baseline: { title: "pulumi up of bench/minimal", measure: () => minimal.up() },
      });
      const flags = ["--stack", "local", "--config-file", stackConfigFile(installation), "--non-interactive"];
      await compare({
        name: "local.preview",
        limit,
        pairs: 7,
        ours: {
          title: "pulumi preview",
          measure: () =>
            timeCommand(programs.pulumi, ["preview", "--expect-no-changes", ...flags], { ...command, env }),
        },
        baseline: { title: "pulumi preview of bench/minimal", measure: () => minimal.preview() },
      });
    } finally {
      await minimal.remove();
    }
  } finally {
    await local.dispose();
  }
};
