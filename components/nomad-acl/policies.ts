/** What a policy of Nomad allows, in the words of its rules. */
export interface NomadPolicy {
  /** What it is for, as Nomad shows it. */
  description: string;
  /** Rules, in HCL. */
  rules: string;
}

/**
 * The policies of a COS, by their names: each has what its holder does, and no more. None may manage ACLs, restore a snapshot, hand over leadership or take a peer out
 * of Raft: those Nomad leaves to management tokens. Source: nomad 1.11, nomad/operator_endpoint.go.
 *
 * Who submits jobs can run what he likes on the nodes of his pools: `operator` is for those who may be root there.
 */
export const nomadPolicies = {
  "node-programs": {
    description: "Programs of clients: they drain their own node before it ends",
    // A node's list of allocations leaves out those of jobs that may not be read: it would look drained with them on it.
    rules: `agent { policy = "read" }
node { policy = "write" }
namespace "*" { capabilities = ["read-job"] }
`,
  },
  "server-programs": {
    description: "Programs of servers: they look after the others, and know which clients are lost",
    rules: `agent { policy = "write" }
node { policy = "read" }
operator { policy = "write" }
`,
  },
  operator: {
    description: "Operators: everything but ACLs",
    rules: `agent { policy = "write" }
node { policy = "write" }
operator { policy = "write" }
plugin { policy = "read" }
quota { policy = "write" }
host_volume "*" { policy = "write" }
node_pool "*" { policy = "write" }
namespace "*" {
  policy = "write"
  variables {
    path "*" { capabilities = ["write", "read", "list", "destroy"] }
  }
}
`,
  },
  "read-only": {
    description: "Previews and dashboards: everything that is no secret; what a job file would change, but no change",
    rules: `agent { policy = "read" }
node { policy = "read" }
operator { policy = "read" }
plugin { policy = "read" }
quota { policy = "read" }
node_pool "*" { policy = "read" }
namespace "*" {
  capabilities = ["list-jobs", "parse-job", "plan-job", "read-job", "read-logs", "read-scaling-policy", "list-scaling-policies"]
}
`,
  },
} as const satisfies Record<string, NomadPolicy>;
