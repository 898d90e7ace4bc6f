/** Who connects to whom: nodes by what they are, load balancers, whoever runs `pulumi up`, and everybody else. */
export type Role = "consul" | "nomad" | "ingress" | "client" | "alb" | "nlb" | "operator" | "internet";
export const roles: Role[] = ["consul", "nomad", "ingress", "client", "alb", "nlb", "operator", "internet"];
export const outside: Role[] = ["operator", "internet"];

/** Ports that are tried. */
export const ports = {
  tcp: [
    22, 80, 443, 4646, 4647, 4648, 8300, 8301, 8302, 8500, 8501, 8502, 8600, 9997, 9998, 9999, 19999, 20000, 32000,
    32001,
  ],
  udp: [53, 4648, 8301, 8302, 8600, 20000],
};

const agents: Role[] = ["consul", "nomad", "ingress", "client"];
const clients: Role[] = ["ingress", "client"];
const everybody: Role[] = roles.filter((role) => role !== "alb" && role !== "nlb");

/**
 * Who may connect to whom: the port graph (PORTS.md) as it is for the stack dev, which has no load balancer for UIs,
 * and whose ingress takes HTTP. Not read from components/ports.ts, which it is to check.
 */
export const allowed: { from: Role[]; to: Role[]; tcp?: number[]; udp?: number[] }[] = [
  { from: agents, to: ["consul"], tcp: [8300] },
  { from: agents, to: agents, tcp: [8301], udp: [8301] },
  { from: ["nlb"], to: ["consul"], tcp: [8501] },
  { from: ["nlb", "consul"], to: ["nomad"], tcp: [4646] },
  { from: clients, to: clients, tcp: [4646, 20000, 32000] },
  { from: ["nomad", ...clients], to: ["nomad"], tcp: [4647] },
  { from: ["nomad"], to: ["nomad"], tcp: [4648], udp: [4648] },
  { from: ["alb"], to: ["ingress"], tcp: [9997, 9999] },
  { from: agents, to: outside, tcp: [80, 443] },
  { from: everybody, to: ["alb"], tcp: [80] },
  { from: ["operator"], to: ["nlb"], tcp: [4646, 8501] },
];

/** Whether a connection is allowed. */
export function isAllowed(from: Role, to: Role, protocol: "tcp" | "udp", port: number): boolean {
  return allowed.some(
    (each) => each.from.includes(from) && each.to.includes(to) && (each[protocol] ?? []).includes(port),
  );
}
