import { spawn } from "node:child_process";
import { type Aws, awsCli, clusterInstances } from "../aws";
import { clusterOf, type Context, exitCodes, nomadOf } from "../context";
import { UserError } from "../errors";
import { findClient, instanceIdOf } from "../nomad-nodes";
import type { ClusterOutputs } from "../outputs";
import { quote } from "../shell";
import { forwardApis } from "./forward";

const roles = ["consul-server", "nomad-server", "client"];

/** Opens a shell on a node by SSM Session Manager, or a way to the APIs, or prints the command lines that do. */
export async function login(context: Context, wanted: string, { print }: { print?: boolean }): Promise<number> {
  const outputs = await context.outputs();
  const cluster = clusterOf(outputs);
  if (wanted === "apis" && !(wanted in cluster.nomad.pools)) return forwardApis(context, { ...(print && { print }) });
  const aws = awsCli(context.env, cluster.region);
  const instance =
    (await byRole(context, aws, cluster, wanted)) ??
    (/^i-[0-9a-f]+$/.test(wanted) ? wanted : instanceIdOf(await findNode(nomadOf(outputs, context.env), wanted)));
  if (instance === "") throw new UserError(`Nomad does not know the EC2 instance of ${wanted}.`);
  const args = ["ssm", "start-session", "--target", instance, "--region", cluster.region];
  if (print) {
    context.terminal.print(["aws", ...args].map(quote).join(" "));
    return exitCodes.ok;
  }
  return await session(aws.program, args, context.env);
}

async function findNode(nomad: ReturnType<typeof nomadOf>, wanted: string) {
  return nomad.node((await findClient(nomad, wanted)).ID);
}

/** An instance of a role or of a pool; nothing where the word is neither. */
async function byRole(
  { terminal }: Context,
  aws: Aws,
  { name, nomad }: ClusterOutputs,
  wanted: string,
): Promise<string | undefined> {
  const isRole = roles.includes(wanted);
  if (!isRole && !(wanted in nomad.pools)) return undefined;
  const tags: Record<string, string> = isRole ? { "cos-role": wanted } : { "cos-role": "client", "cos-pool": wanted };
  const [first, ...others] = await clusterInstances(aws, name, tags);
  if (!first) throw new UserError(`No instance of cluster ${name} is running as ${wanted}.`);
  if (others.length > 0) {
    const ids = others.map(({ InstanceId }) => InstanceId).join(", ");
    terminal.note(`${first.InstanceId} in ${first.Placement?.AvailabilityZone ?? "?"}; there are also ${ids}.`);
  }
  return first.InstanceId;
}

/** Hands the terminal over to the session. @returns its exit code */
function session(program: string, args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  // Ctrl-C is for the shell on the node.
  const ignore = () => undefined;
  process.on("SIGINT", ignore);
  return new Promise<number>((resolve, reject) => {
    const child = spawn(program, args, { stdio: "inherit", env });
    child.once("error", reject);
    child.once("exit", (code) => {
      resolve(code ?? exitCodes.notWell);
    });
  }).finally(() => process.removeListener("SIGINT", ignore));
}
