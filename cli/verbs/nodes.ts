import type { ServerHealth } from "../../apis/autopilot";
import { type ConsulApi, type ConsulMember, serfStatus } from "../../apis/consul";
import type { NodeListing, NomadApi, ServerMember } from "../../apis/nomad";
import { awsCli, outdatedInstances } from "../aws";
import { clusterHas } from "../expected";
import { consulOf, type Context, exitCodes, nomadOf } from "../context";
import { messageOf } from "../errors";
import type { StackOutputs } from "../outputs";
import { titledTable } from "../table";
import { detailsOf, hasLeft, instanceIdOf, zoneOf } from "../nomad-nodes";

/** A server of Nomad, or an agent of Consul. */
export interface AgentRow {
  name: string;
  address: string;
  datacenter: string;
  /** Of Consul's agents: whether it is a server. */
  role: "server" | "client";
  status: string;
  version: string;
  leader: boolean;
}

/** A client of Nomad. */
export interface ClientRow {
  id: string;
  name: string;
  address: string;
  datacenter: string;
  pool: string;
  class: string;
  zone: string;
  instance: string;
  status: string;
  version: string;
}

/** The agents of a cluster, and what is wrong with them. */
export interface Nodes {
  consul: AgentRow[];
  servers: AgentRow[];
  clients: ClientRow[];
  /** Instances that run an old launch template, which is no problem as such. */
  outdated: string[];
  problems: string[];
}

/** Prints Consul's and Nomad's agents. */
export async function nodes(context: Context, options: { json?: boolean }): Promise<number> {
  const outputs = await context.outputs();
  const agents = await lookAtNodes(consulOf(outputs, context.env), nomadOf(outputs, context.env), outputs);
  const found = { ...agents, outdated: await outdatedOf(outputs, context) };
  context.terminal.print(options.json ? JSON.stringify(found, undefined, 2) : describe(found, context));
  return found.problems.length === 0 ? exitCodes.ok : exitCodes.notWell;
}

/** Asks both APIs; one that does not answer is a problem like any other. */
export async function lookAtNodes(
  consul: ConsulApi,
  nomad: NomadApi,
  outputs: StackOutputs,
): Promise<Omit<Nodes, "outdated">> {
  const problems: string[] = [];
  const ask = async <T>(what: string, question: Promise<T[]>): Promise<T[]> => {
    try {
      return await question;
    } catch (error) {
      problems.push(`${what}: ${messageOf(error)}`);
      return [];
    }
  };
  const healthOf = async (api: ConsulApi | NomadApi) => (await api.autopilotHealth()).Servers ?? [];
  const [consulHealth, members, nomadHealth, serverMembers, clients] = await Promise.all([
    ask("Consul's servers", healthOf(consul)),
    ask("Consul's members", consul.members()),
    ask("Nomad's servers", healthOf(nomad)),
    ask("Nomad's members", nomad.serverMembers()),
    ask("Nomad's clients", nomad.nodes()),
  ]);
  const details = await detailsOf(nomad, clients);
  const found = {
    consul: members.map((member) => consulRow(member, consulHealth)),
    servers: serverMembers.map((member) => serverRow(member, nomadHealth)),
    clients: clients.map((node) => clientRow(node, zoneOf(details.get(node.ID)), instanceIdOf(details.get(node.ID)))),
  };
  const want = clusterHas(outputs);
  problems.push(
    ...serverProblems("Consul", consulHealth, want.consulServers),
    ...found.consul.filter(({ status }) => status === "failed").map(({ name }) => `Consul's agent ${name} has failed`),
    ...serverProblems("Nomad", nomadHealth, want.nomadServers),
    ...found.servers.filter(({ status }) => status === "failed").map(({ name }) => `Nomad server ${name} has failed`),
    ...clients.flatMap(clientProblems),
    ...want.missingClients(clients),
  );
  return { ...found, problems };
}

/** Only `up` makes launch templates, and it counts the nodes with an old one; AWS tells which they are. */
async function outdatedOf({ cluster }: StackOutputs, { env, terminal }: Context): Promise<string[]> {
  if (!cluster || cluster.outdatedNodes === 0) return [];
  const { consul, nomad, region } = cluster;
  const groups = [consul, nomad, ...Object.values(nomad.pools)].map(({ autoScalingGroupName }) => autoScalingGroupName);
  try {
    return (await outdatedInstances(awsCli(env, region), groups)).map(({ id, group }) => `${id} of ${group}`);
  } catch (error) {
    terminal.note(`Which nodes run an old launch template is unknown: ${messageOf(error)}`);
    return [];
  }
}

function consulRow(member: ConsulMember, health: ServerHealth[]): AgentRow {
  return {
    name: member.Name,
    address: `${member.Addr}:${member.Port}`,
    datacenter: member.Tags.dc ?? "",
    role: member.Tags.role === "consul" ? "server" : "client",
    status: serfStatus[member.Status] ?? "unknown",
    version: (member.Tags.build ?? "").split(":")[0] ?? "",
    leader: health.some((server) => server.Leader && server.Name === member.Name),
  };
}

function serverRow(member: ServerMember, health: ServerHealth[]): AgentRow {
  return {
    name: member.Name,
    address: `${member.Addr}:${member.Port}`,
    datacenter: member.Tags.dc ?? "",
    role: "server",
    status: member.Status,
    version: member.Tags.build ?? "",
    leader: health.some((server) => server.Leader && server.Name === member.Name),
  };
}

function clientRow(node: NodeListing, zone: string, instance: string): ClientRow {
  return {
    id: node.ID.slice(0, 8),
    name: node.Name,
    address: node.Address,
    datacenter: node.Datacenter,
    pool: node.NodePool,
    class: node.NodeClass,
    zone,
    instance,
    status: clientStatus(node),
    version: node.Version,
  };
}

function clientStatus({ Status, SchedulingEligibility, Drain }: NodeListing): string {
  if (Drain) return `${Status}, draining`;
  if (hasLeft({ Status, SchedulingEligibility })) return "left";
  return SchedulingEligibility === "eligible" ? Status : `${Status}, takes no tasks`;
}

/** A drained client is as somebody wanted it, also when it has left then; one that is down otherwise is not. */
function clientProblems(node: NodeListing): string[] {
  if (node.Status === "ready" || hasLeft(node)) return [];
  const why = node.StatusDescription ? `: ${node.StatusDescription}` : "";
  return [`Nomad client ${node.Name} (${node.ID.slice(0, 8)}) is ${node.Status}${why}`];
}

function serverProblems(product: string, health: ServerHealth[], want: number | undefined): string[] {
  // Not a single one: that it could not be asked has been said.
  if (health.length === 0) return [];
  const unhealthy = health.filter(({ Healthy }) => !Healthy);
  const voters = health.filter(({ Healthy, Voter }) => Healthy && Voter).length;
  return [
    ...(health.some(({ Leader }) => Leader) ? [] : [`${product} has no leader`]),
    ...unhealthy.map(({ Name, SerfStatus }) => `${product}'s server ${Name} is not healthy: ${SerfStatus}`),
    ...(want !== undefined && voters < want ? [`${product} has ${voters} of ${want} servers as healthy voters`] : []),
  ];
}

function describe({ consul, servers, clients, outdated, problems }: Nodes, { terminal }: Context): string {
  const agents = (title: string, rows: AgentRow[]) =>
    titledTable(
      terminal.paint("bold", title),
      ["NAME", "ADDRESS", "DATACENTER", "ROLE", "STATUS", "VERSION"],
      rows.map((row) => [
        row.name,
        row.address,
        row.datacenter,
        row.leader ? "leader" : row.role,
        row.status,
        row.version,
      ]),
    );
  const clientTable = titledTable(
    terminal.paint("bold", "Nomad clients"),
    ["ID", "NAME", "ADDRESS", "DATACENTER", "POOL", "CLASS", "ZONE", "INSTANCE", "STATUS", "VERSION"],
    clients.map((row) => [
      row.id,
      row.name,
      row.address,
      row.datacenter,
      row.pool,
      row.class,
      row.zone,
      row.instance,
      row.status,
      row.version,
    ]),
  );
  return [
    ...agents("Consul agents", consul),
    "",
    ...agents("Nomad servers", servers),
    "",
    ...clientTable,
    "",
    ...outdated.map((instance) => terminal.paint("yellow", `An old launch template: ${instance}`)),
    ...(problems.length === 0
      ? [terminal.paint("green", "All is healthy.")]
      : problems.map((problem) => terminal.paint("red", `! ${problem}`))),
  ].join("\n");
}
