/** What a policy of Consul allows, in the words of its rules. */
export interface ConsulPolicy {
  /** What it is for, as Consul shows it. */
  description: string;
  /** Rules, in HCL or JSON. */
  rules: string;
}

/** Levels that Consul has for what it guards. */
type Level = "read" | "write" | "list";
type Rules = Record<string, Level | Record<string, { policy: Level }>>;

const all = (policy: Level) => ({ "": { policy } });
const policy = (description: string, rules: Rules): ConsulPolicy => ({ description, rules: JSON.stringify(rules) });

/**
 * The policies of a COS, by their names: each has what its holder does, and no more. Denied to all of them are `acl` and `keyring`, which management tokens alone
 * have, and each other's keys.
 *
 * @param clusterName part of the paths in Consul's KV that programs of nodes use
 */
export function consulPolicies(clusterName: string) {
  const secrets = `cos/${clusterName}/secrets`;
  return {
    /** Nodes have names that Auto Scaling's addresses make, so that no prefix tells those of one role. */
    agent: policy(
      "Agents: they keep their own node in the catalog, and the services that others have registered with them",
      {
        node_prefix: all("write"),
        service_prefix: all("read"),
      },
    ),
    "node-programs": policy("Programs of nodes: what ails the cluster, and which secrets are new", {
      agent_prefix: all("read"),
      node_prefix: all("read"),
      service_prefix: all("read"),
      key: { [`${secrets}/wanted`]: { policy: "read" } },
      key_prefix: { [`${secrets}/nodes/`]: { policy: "write" } },
    }),
    /** Servers of Consul tell autopilot and Raft of those that are dead. */
    "server-programs": policy("Programs of Consul's servers: they look after the others", {
      operator: "write",
      agent_prefix: all("write"),
    }),
    "nomad-server": policy("Nomad's servers: they register themselves, and find each other", {
      agent_prefix: all("read"),
      node_prefix: all("read"),
      service: { nomad: { policy: "write" } },
    }),
    /**
     * Services are registered with tokens by their own identity (see `workloads` of `ConsulAcl`), and taken out with that of the agent, which looks after all that
     * it has registered. Source: nomad 1.11, command/agent/consul/service_client.go (`sync`).
     */
    "nomad-client": policy("Nomad's clients: they register themselves, and look after the services of their tasks", {
      agent_prefix: all("read"),
      node_prefix: all("read"),
      service_prefix: all("write"),
    }),
    names: policy("Whoever has no token: names of nodes and services, for DNS", {
      node_prefix: all("read"),
      service_prefix: all("read"),
    }),
    fabio: policy("fabio: which services run where, and are healthy", {
      agent_prefix: all("read"),
      node_prefix: all("read"),
      service_prefix: all("read"),
      key_prefix: { "fabio/": { policy: "read" } },
    }),
    tasks: policy("Tasks of Nomad: which services run where, and are healthy", {
      agent_prefix: all("read"),
      node_prefix: all("read"),
      service_prefix: all("read"),
    }),
    operator: policy("Operators: everything but ACLs and keys of gossip", {
      agent_prefix: all("write"),
      event_prefix: all("write"),
      key_prefix: all("write"),
      node_prefix: all("write"),
      query_prefix: all("write"),
      service_prefix: all("write"),
      session_prefix: all("write"),
      operator: "write",
    }),
    "read-only": policy("Previews and dashboards: everything that is no secret", {
      agent_prefix: all("read"),
      event_prefix: all("read"),
      key_prefix: all("read"),
      node_prefix: all("read"),
      query_prefix: all("read"),
      service_prefix: all("read"),
      session_prefix: all("read"),
      operator: "read",
    }),
  } as const satisfies Record<string, ConsulPolicy>;
}
