import type { RaftPeer } from "../../apis/autopilot";
import { type ConsulApi, serfStatus } from "../../apis/consul";
import type { NomadApi } from "../../apis/nomad";
import { messageOf } from "../errors";
import type { Finding } from "./finding";

/** An agent, as gossip knows it. */
interface Member {
  name: string;
  address: string;
  status: string;
  isServer: boolean;
}

/** The servers of one product, and how they are asked and mended. */
interface Product {
  name: "Consul" | "Nomad";
  address: string;
  role: string;
  leader(): Promise<string>;
  members(): Promise<Member[]>;
  peers(): Promise<RaftPeer[]>;
  forget(member: Member): string;
  remove(peer: RaftPeer): string;
}

function consulProduct(api: ConsulApi): Product {
  return {
    name: "Consul",
    address: api.address,
    role: "consul-server",
    leader: () => api.leader(),
    peers: () => api.peers(),
    members: async () =>
      (await api.members()).map(({ Name, Addr, Status, Tags }) => {
        return { name: Name, address: Addr, status: serfStatus[Status] ?? "unknown", isServer: Tags.role === "consul" };
      }),
    forget: ({ name }) => `consul force-leave -prune ${name}`,
    remove: ({ ID }) => `consul operator raft remove-peer -id=${ID}`,
  };
}

function nomadProduct(api: NomadApi): Product {
  return {
    name: "Nomad",
    address: api.address,
    role: "nomad-server",
    leader: () => api.leader(),
    peers: () => api.peers(),
    members: async () =>
      (await api.serverMembers()).map(({ Name, Addr, Status }) => {
        return { name: Name, address: Addr, status: Status, isServer: true };
      }),
    forget: ({ name }) => `nomad server force-leave ${name}`,
    remove: ({ ID }) => `nomad operator raft remove-peer -peer-id=${ID}`,
  };
}

/** What is wrong with the servers of Consul, and with its agents everywhere. */
export const consulFindings = (api: ConsulApi, wanted?: number): Promise<Finding[]> =>
  serverFindings(consulProduct(api), wanted);

/** What is wrong with the servers of Nomad. */
export const nomadServerFindings = (api: NomadApi, wanted?: number): Promise<Finding[]> =>
  serverFindings(nomadProduct(api), wanted);

async function serverFindings(product: Product, wanted: number | undefined): Promise<Finding[]> {
  const { name, address, role } = product;
  let members: Member[];
  try {
    members = await product.members();
  } catch (error) {
    const problem = `${name}'s API at ${address} does not answer: ${messageOf(error)}`;
    return [{ problem, remedy: look(role, name) }];
  }
  // Without a leader, these are answered with an error, by Nomad, or with nothing, by Consul.
  const leader = await product.leader().catch(() => "");
  const failed = members.filter(({ status }) => status === "failed");
  return [
    ...(leader === "" ? [withoutLeader(product, members, wanted)] : await stalePeers(product, members)),
    ...(leader === "" ? [] : missingServers(product, members, wanted)),
    ...failed.map((member) => ({
      problem: `${name}'s ${member.isServer ? "server" : "agent"} ${member.name} at ${member.address} has failed`,
      remedy: `${product.forget(member)}   (where its machine is gone for good; else it comes back, or is forgotten after an hour)`,
    })),
  ];
}

const look = (role: string, name: string): string =>
  `npx pulumi-cos login ${role}, and there: journalctl --unit ${name.toLowerCase()}`;

const aliveServers = (members: Member[]) => members.filter(({ isServer, status }) => isServer && status === "alive");

function withoutLeader({ name, role }: Product, members: Member[], wanted: number | undefined): Finding {
  const servers = wanted ?? members.filter(({ isServer, status }) => isServer && status !== "left").length;
  const alive = aliveServers(members).length;
  const majority = Math.floor(servers / 2) + 1;
  if (alive >= majority) {
    const problem = `${name} has no leader, although ${alive} of its ${servers} servers are alive`;
    return { problem, remedy: `wait for an election, which takes seconds; then ${look(role, name)}` };
  }
  return {
    problem: `${name} has no leader and cannot elect one: ${alive} of its ${servers} servers are alive, ${majority} are needed`,
    remedy:
      "start the others again with their data; where that is lost: docs/operations.md, Quorum lost for good: " +
      `npx pulumi-cos login ${role}, and there: sudo cos-recover`,
  };
}

/** Peers that count for the quorum, and that nobody hears. */
async function stalePeers(product: Product, members: Member[]): Promise<Finding[]> {
  const heard = new Set(aliveServers(members).map(({ address }) => address));
  const peers = await product.peers();
  const stale = peers.filter(({ Address }) => !heard.has(Address.replace(/:\d+$/, "")));
  return stale.map((peer) => ({
    problem: `${product.name} counts ${peer.Node} at ${peer.Address} for its quorum, and no such server is alive`,
    remedy: `${product.remove(peer)}   (autopilot does it by itself once another server is in its place)`,
  }));
}

function missingServers({ name, role }: Product, members: Member[], wanted: number | undefined): Finding[] {
  const alive = aliveServers(members).length;
  if (wanted === undefined || alive >= wanted) return [];
  const tag = `Name=tag:cos-role,Values=${role}`;
  return [
    {
      problem: `${name} has ${alive} of ${wanted} servers`,
      remedy: `aws ec2 describe-instances --filters ${tag}, and of one that runs: aws ec2 get-console-output --latest --output text --instance-id ID`,
    },
  ];
}
