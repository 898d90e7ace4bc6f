import { awsCli } from "../aws";
import { consulOf, type Context, exitCodes, nomadOf } from "../context";
import { instanceFindings, refreshFindings, targetFindings } from "../doctor/aws";
import { certificateFindings } from "../doctor/certificates";
import { clientFindings, jobFindings, poolFindings } from "../doctor/clients";
import type { Finding } from "../doctor/finding";
import { consulFindings, nomadServerFindings } from "../doctor/servers";
import { messageOf } from "../errors";
import { clusterHas, groupsOf } from "../expected";
import { detailsOf, instanceIdOf } from "../nomad-nodes";

/** Says what is wrong with a cluster, and which command mends it. What cannot be asked is said too, and the rest is asked all the same. */
export async function doctor(context: Context, options: { json?: boolean }): Promise<number> {
  const outputs = await context.outputs();
  const { terminal, env } = context;
  const { cluster } = outputs;
  const consul = consulOf(outputs, env);
  const nomad = nomadOf(outputs, env);
  const expected = clusterHas(outputs);
  const unasked: string[] = [];
  const ask = <T>(what: string, question: () => Promise<T[]>): Promise<T[]> =>
    question().catch((error: unknown) => {
      unasked.push(`Not looked at: ${what}: ${messageOf(error)}`);
      return [];
    });
  const clients = nomad.nodes();
  const groups = groupsOf(outputs);
  const aws = () => awsCli(env, cluster?.region);

  const findings: Finding[] = (
    await Promise.all([
      ask("Consul", () => consulFindings(consul, expected.consulServers)),
      ask("Nomad's servers", () => nomadServerFindings(nomad, expected.nomadServers)),
      ask("Nomad's clients", async () => clientFindings(await clients)),
      ask("the pools", async () => poolFindings(expected.pools, groups, await clients)),
      ask("the jobs", () => jobFindings(nomad)),
      ask("certificates", () => certificateFindings(outputs)),
      ...(cluster
        ? [
            ask("instances", async () => {
              const details = await detailsOf(nomad, await clients);
              const ids = new Set([...details.values()].map(instanceIdOf));
              return instanceFindings(aws(), cluster.name, ids);
            }),
            ask("instance refreshes", async () => refreshFindings(aws(), groups)),
            ask("targets of load balancers", async () => targetFindings(aws(), cluster)),
          ]
        : []),
    ])
  ).flat();

  for (const note of unasked) terminal.note(note);
  terminal.print(options.json ? JSON.stringify({ findings, unasked }, undefined, 2) : describe(findings, context));
  return findings.length === 0 && unasked.length === 0 ? exitCodes.ok : exitCodes.notWell;
}

function describe(findings: Finding[], { terminal }: Context): string {
  if (findings.length === 0) return terminal.paint("green", "Nothing is found to be wrong.");
  return findings.map(({ problem, remedy }) => `${terminal.paint("red", `! ${problem}`)}\n  ${remedy}`).join("\n");
}
