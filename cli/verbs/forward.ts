import { type ChildProcess, spawn } from "node:child_process";
import { awsCli, clusterInstances } from "../aws";
import { clusterOf, type Context, exitCodes } from "../context";
import { UserError } from "../errors";
import type { StackOutputs } from "../outputs";
import { quote } from "../shell";

/** An API that is forwarded to this machine, under the port that it has there. */
interface Forward {
  role: "consul-server" | "nomad-server";
  port: number;
}

/** The APIs of a stack. Their addresses' ports are those of the servers. */
const forwardsOf = ({ consulAddress, nomadAddress }: StackOutputs): Forward[] => [
  { role: "consul-server", port: portOf(consulAddress) },
  { role: "nomad-server", port: portOf(nomadAddress) },
];

const portOf = (url: string): number => {
  const { port, protocol } = new URL(url);
  return Number(port) || (protocol === "https:" ? 443 : 80);
};

/** Where an API is while it is forwarded. Certificates of servers are for this name, too. */
export function forwarded(url: string): string {
  const { protocol } = new URL(url);
  return `${protocol}//localhost:${portOf(url)}`;
}

/**
 * Forwards the APIs to this machine by SSM Session Manager, as long as it runs: of networks that one is not in. One server of each is asked; where
 * it ends, so does this.
 *
 * @returns the exit code of the session that ended first
 */
export async function forwardApis(context: Context, { print }: { print?: boolean }): Promise<number> {
  const outputs = await context.outputs();
  const { name, region } = clusterOf(outputs);
  const aws = awsCli(context.env, region);
  const found = await Promise.all(
    forwardsOf(outputs).map(async ({ role, port }) => {
      const [server] = await clusterInstances(aws, name, { "cos-role": role });
      return { role, port, id: server?.InstanceId, address: server?.PrivateIpAddress };
    }),
  );
  const missing = found.filter(({ address }) => address === undefined).map(({ role }) => role);
  if (missing.length > 0) throw new UserError(`No instance of cluster ${name} is running as ${missing.join(" or ")}.`);
  const sessions = found.map(({ port, id = "", address = "" }) => {
    const parameters = { host: [address], portNumber: [`${port}`], localPortNumber: [`${port}`] };
    return [
      ...["ssm", "start-session", "--target", id, "--region", region],
      // Consul's API is on the server's own address, and on none of loopback.
      ...["--document-name", "AWS-StartPortForwardingSessionToRemoteHost"],
      ...["--parameters", JSON.stringify(parameters)],
    ];
  });
  if (print) {
    for (const args of sessions) context.terminal.print(["aws", ...args].map(quote).join(" "));
    return exitCodes.ok;
  }
  context.terminal.note('In another shell: eval "$(npx pulumi-cos env --forwarded)". Ctrl-C ends it.');
  return untilOneEnds(sessions.map((args) => spawn(aws.program, args, { stdio: "inherit", env: context.env })));
}

/** Ctrl-C reaches the sessions by themselves. */
async function untilOneEnds(children: ChildProcess[]): Promise<number> {
  const ends = children.map(
    (child) =>
      new Promise<number>((resolve, reject) => {
        child.once("error", reject);
        child.once("exit", (code) => {
          resolve(code ?? exitCodes.notWell);
        });
      }),
  );
  const ignore = () => undefined;
  process.on("SIGINT", ignore);
  try {
    return await Promise.race(ends);
  } finally {
    for (const child of children) child.kill();
    await Promise.allSettled(ends);
    process.removeListener("SIGINT", ignore);
  }
}
