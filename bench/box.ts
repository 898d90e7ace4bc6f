import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../tests/support/command";
import { end } from "../tests/support/namespace";
import { type Agent, askingOpenly, type BoxCluster } from "../tests/box/cluster";
import type { Laboratory } from "../tests/box/laboratory";
import { secondsByHand, secondsToFirstAnswer } from "./box-boot";
import { inBox } from "./in-box";
import type { Suite } from "./suite";

/** Requests of one measurement, and from how many clients at once. */
const requests = 2000;
const clients = 8;
const haproxyPort = 19_000;

interface HttpFigures {
  seconds: number;
  p50: number;
  p99: number;
}

/** The stack dev in the box: see issue 6, "Shown by". */
export const boxSuite: Suite = (surroundings, compare) =>
  inBox(surroundings, {}, async ({ box, cluster, directory, up }) => {
    const { signal } = surroundings;
    const ours = secondsToFirstAnswer(box, cluster, signal);
    await up();
    await cluster.untilWhole();
    await ingress(box, cluster, directory, compare, signal);
    for (const agent of ["consul", "nomad"] as const) await failover(cluster, agent, compare, signal);
    await cluster.untilWhole();
    await compare({
      name: "box.first-answer",
      limit: 1.5,
      unit: "s",
      // A cluster begins once.
      pairs: 1,
      ours: { title: "from the first machine's boot", measure: () => ours },
      baseline: {
        title: "agents started by hand, on machines that boot",
        measure: () => secondsByHand(box, cluster, signal),
      },
    });
  });

/** The way through fabio, beside the sample itself and beside haproxy in fabio's place, all asked on an ingress node. */
async function ingress(
  box: Laboratory,
  cluster: BoxCluster,
  directory: string,
  compare: Parameters<Suite>[1],
  signal: AbortSignal,
): Promise<void> {
  const [node] = await cluster.hosts("public-services");
  if (!node) throw new Error("no ingress node runs");
  const services = await cluster.get<{ ServiceAddress: string; ServicePort: number }[]>(
    "consul",
    "catalog/service/ping",
  );
  const instances = (services ?? []).map((each) => `${each.ServiceAddress}:${each.ServicePort}`);
  const haproxy = await startHaproxy(await box.inNetworkOf(node.name), instances, directory);
  const measure = async (target: string): Promise<HttpFigures> => {
    signal.throwIfAborted();
    const [file = "", ...args] = await box.inNetworkOf(node.name);
    const program = [process.execPath, join(__dirname, "http-load.mjs")];
    const said = await run(file, [...args, ...program, `http://${target}/ping`, String(requests), String(clients)]);
    return JSON.parse(said) as HttpFigures;
  };
  const ours = `${node.address}:9999`;
  const others = { direct: instances[0] ?? "", haproxy: `127.0.0.1:${haproxyPort}` };
  try {
    for (const [name, other] of Object.entries(others)) {
      for (const figure of ["seconds", "p50", "p99"] as const) {
        await compare({
          name: `box.ingress-${figure === "seconds" ? "time" : figure}-to-${name}`,
          // fabio costs more of the processor than haproxy, all of which a measurement uses. Nobody's promise but ours.
          limit: name === "haproxy" || figure === "p99" ? 2 : 1.5,
          unit: figure === "seconds" ? "s" : "ms",
          pairs: 3,
          ours: { title: `${requests} requests through fabio`, measure: async () => (await measure(ours))[figure] },
          baseline: { title: name, measure: async () => (await measure(other))[figure] },
        });
      }
    }
  } finally {
    await haproxy.close();
  }
}

async function startHaproxy(
  through: string[],
  instances: string[],
  directory: string,
): Promise<{ close(): Promise<void> }> {
  const file = join(directory, "haproxy.cfg");
  const servers = instances.map((address, i) => `  server s${i} ${address} check`);
  await writeFile(
    file,
    [
      "defaults",
      "  mode http",
      "  timeout connect 5s",
      "  timeout client 60s",
      "  timeout server 60s",
      "listen ping",
      `  bind 127.0.0.1:${haproxyPort}`,
      "  balance roundrobin",
      ...servers,
      "",
    ].join("\n"),
  );
  const [command = "", ...args] = through;
  // It ends with its standard input: a signal to nsenter does not get to it.
  const script = 'haproxy -db -f "$0" & echo begun; read -r _; kill $!; wait';
  const shell = spawn(command, [...args, "bash", "-c", script, file], { stdio: ["pipe", "pipe", "inherit"] });
  await once(shell.stdout, "data");
  return {
    close: async () => {
      shell.stdin.end();
      await end(shell, "SIGCONT");
    },
  };
}

/** From the end of the leader's process until the other servers agree on another, beside what the protocol may take. */
async function failover(
  cluster: BoxCluster,
  agent: Agent,
  compare: Parameters<Suite>[1],
  signal: AbortSignal,
): Promise<void> {
  await compare({
    name: `box.failover-${agent}`,
    limit: 1.5,
    pairs: 3,
    ours: {
      title: "another leader",
      measure: async () => {
        signal.throwIfAborted();
        await cluster.until(`${agent} is whole`, () => cluster.isWhole(agent));
        const leader = await cluster.leader(agent);
        const witness = (await cluster.hosts(`${agent}-server`)).find(({ id }) => id !== leader?.id);
        if (!leader || !witness) throw new Error(`${agent} has no leader`);
        const begin = performance.now();
        // Begun again by systemd after 5 s it might lead again, before the others have elected one.
        await cluster.exec(leader.name, "bash", "-c", `pkill --signal KILL --exact ${agent}; systemctl stop ${agent}`);
        const other = ["curl", "--silent", "--max-time", "1", ...askingOpenly(agent, "status/leader")].join(" ");
        const script = `until found=$(${other}) && [[ $found == *:* && $found != *"${leader.address}:"* ]]; do sleep 0.02; done`;
        await cluster.exec(witness.name, "timeout", "120", "bash", "-c", script);
        const seconds = (performance.now() - begin) / 1000;
        await cluster.exec(leader.name, "systemctl", "start", agent);
        return seconds;
      },
    },
    baseline: {
      title: "heartbeat and election timeout of raft",
      // A second each at the multiplier 1. Source: the defaults of hashicorp/raft, which Consul and Nomad multiply.
      measure: async () => 2 * (await raftMultiplier(cluster, agent)),
    },
  });
}

async function raftMultiplier(cluster: BoxCluster, agent: Agent): Promise<number> {
  const [server] = await cluster.hosts(`${agent}-server`);
  const text = await cluster.exec(server?.name ?? "", "bash", "-c", `cat /etc/${agent}.d/*.json`);
  const found = /"raft_multiplier": ?(\d+)/.exec(text)?.[1];
  return Number(found ?? 1);
}
