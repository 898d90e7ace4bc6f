/** The box as a laboratory: `npm run box -- up | status | exec | kill | spot | cut | mute | loss | clock | outage | heal | down`. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import { Command, InvalidArgumentError } from "commander";
import { messageOf, UserError } from "../../cli/errors";
import { alignColumns } from "../../cli/table";
import { Laboratory } from "./laboratory";
import { missingForBox } from "./requirements";
import type { BoxStatus } from "./box";

const program = new Command("box")
  .enablePositionalOptions()
  .description(
    "A whole cluster of the stack dev on this machine, booted from the image, in a network that can be broken",
  )
  .option("--name <name>", "which box, where there are several", directoryName, "default")
  .option("--directory <path>", "where boxes keep what they write", ".cos/box");

program
  .command("up")
  .description("make the box where there is none, and run `pulumi up` in it; interrupted, it leaves nothing")
  .action(async () => {
    const missing = missingForBox();
    if (missing.length > 0) throw new UserError(`The box cannot run here: ${missing.join("; ")}.`);
    await up(laboratory());
  });

program
  .command("status")
  .description("show its hosts, its load balancers with their targets' health, and what is broken")
  .action(async () => {
    console.log(report(await laboratory().status()));
  });

program
  .command("exec")
  .argument("<host>", "a host's name, instance ID or address; `operator` is where pulumi runs")
  .argument("<command...>")
  .passThroughOptions()
  .description("run a command on a host, e.g. exec nomad-server-1 nomad node status")
  .action(async (host: string, command: string[]) => {
    const [file = "", ...args] = [...(await laboratory().through(host)), ...command];
    const child = spawn(file, args, { stdio: "inherit" });
    const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
    process.exitCode = code ?? 128 + (signal ? constants.signals[signal] : 0);
  });

order("console", "<host>", "show what a host's console has shown");
order("kill", "<host>", "end a host as a power failure does; its group launches another");
order("spot", "<host>", "take a host away as EC2 takes a spot instance, which is told two minutes before");
order("cut", "<zone>", "cut a zone off from the others, e.g. a or eu-central-1a");
order("mute", "<host>", "lose everything that a host sends, and nothing that is sent to it");
order("loss", "<host> <percent>", "lose a share of the packets to and from a host");
order("clock", "<host> <seconds>", "put the clock of a host's Consul and Nomad ahead, until they start anew");
order("outage", "", "take the endpoints of EC2, SSM and Auto Scaling away; instance metadata stays");
order("heal", "", "end all that is broken in the network, and set the clocks right");

program
  .command("down")
  .description("end and remove the box")
  .action(async () => {
    const box = laboratory();
    await box.down();
    console.log(`Nothing is left of ${box.directory}.`);
  });

function order(name: string, args: string, description: string): void {
  const command = program.command(`${name} ${args}`.trim()).description(description);
  command.action(async () => {
    const answer = await laboratory().order(name, command.args.join(" "));
    if (typeof answer === "string") console.log(answer);
  });
}

function laboratory(): Laboratory {
  return new Laboratory({ ...program.opts<{ name: string; directory: string }>(), shown: true });
}

async function up(box: Laboratory): Promise<void> {
  const wasUp = box.isUp;
  const interrupted = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      if (interrupted.signal.aborted) return;
      interrupted.abort();
      // What was there before goes on, and the engine ends as it does anywhere else.
      if (!wasUp) void box.down().finally(() => process.exit(128 + constants.signals[signal]));
    });
  }
  const tell = (message: string) => process.stderr.write(`box: ${message}\n`);
  const result = await box.up({}, tell, interrupted.signal).catch((error: unknown) => {
    // Its box is being removed under it.
    if (interrupted.signal.aborted && !wasUp) return undefined;
    throw error;
  });
  if (interrupted.signal.aborted && !wasUp) return;
  if (result?.exitCode !== 0) {
    throw new UserError(
      "`pulumi up` has failed. The box is still there: `npm run box -- status` shows it, `npm run box -- down` removes it.",
    );
  }
  console.log(report(await box.status()));
}

function report({ hosts, balancers, faults, refreshes, error }: BoxStatus): string {
  const lines = [
    ...alignColumns([
      ["HOST", "INSTANCE", "ADDRESS", "ZONE", "STATE"],
      ...hosts.map((host) => [host.name, host.id, host.address, host.zone, host.error ?? host.state]),
    ]),
    "",
    ...alignColumns([
      ["LOAD BALANCER", "ADDRESS", "PORT", "TARGET", "HEALTH"],
      ...balancers.flatMap(({ dnsName, address, health }) =>
        Object.entries(health).flatMap(([port, targets]) =>
          Object.entries(targets).map(([id, state]) => [
            dnsName,
            address,
            port,
            hosts.find((host) => host.id === id)?.name ?? id,
            state,
          ]),
        ),
      ),
    ]),
    "",
    ...refreshes.map(({ group, version, status }) => `Refresh of ${group} to version ${version}: ${status}`),
    faults.length === 0 ? "Nothing is broken." : `Broken: ${JSON.stringify(faults)}`,
  ];
  return [...lines, ...(error === undefined ? [] : ["", error])].join("\n");
}

function directoryName(text: string): string {
  if (!/^[a-z0-9][a-z0-9-]{0,30}$/.test(text)) throw new InvalidArgumentError("It must be of a-z, 0-9 and -.");
  return text;
}

program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`${error instanceof UserError ? error.message : messageOf(error)}\n`);
  process.exitCode = 1;
});
