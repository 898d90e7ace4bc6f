import type { Balancer, HealthCheck, Listener } from "./world";

/** Name of a listener's proxies in haproxy. */
export const proxyName = (port: number): string => `listener-${port}`;

/** Targets that a listener's backend gets while haproxy runs are added to it with these words. */
export function serverWords({ targetGroup: { port, protocol, check } }: Listener, address: string): string {
  const times = `inter ${check.interval}s rise ${check.healthyThreshold} fall ${check.unhealthyThreshold}`;
  // Neither kind of load balancer verifies certificates of targets.
  const secure = [...(protocol === "HTTPS" ? ["ssl"] : []), ...(check.protocol === "HTTPS" ? ["check-ssl"] : [])];
  const words = secure.length > 0 ? ` ${secure.join(" ")} verify none` : "";
  return `${address}:${port} check port ${check.port} ${times}${words}`;
}

/**
 * A load balancer as the configuration of haproxy, without targets: these come and go while it runs. It has the listeners that
 * forward; HTTPS and TLS end at a certificate that only AWS has, so that those listeners are left out.
 *
 * @param socket path of that by which it is told of targets
 */
export function balancerConfig(balancer: Balancer, address: string, socket: string): string {
  const http = balancer.type === "application";
  return [
    "global",
    `  stats socket ${socket} mode 600 level admin`,
    // A check that is a target's first must not wait for its turn.
    "  spread-checks 0",
    "defaults",
    `  mode ${http ? "http" : "tcp"}`,
    "  timeout connect 5s",
    `  timeout client ${http ? balancer.idleTimeout : 350}s`,
    `  timeout server ${http ? balancer.idleTimeout : 350}s`,
    "  balance roundrobin",
    // What does not answer is an error for the client, as it is at AWS's.
    "  retries 0",
    ...(http ? ["  option forwardfor", "  option http-keep-alive"] : []),
    ...forwarding(balancer).flatMap((listener) => [
      `frontend ${proxyName(listener.port)}`,
      `  bind ${address}:${listener.port}`,
      ...(http
        ? [
            "  http-request set-header X-Forwarded-Proto http",
            `  http-request set-header X-Forwarded-Port ${listener.port}`,
          ]
        : []),
      `  default_backend ${proxyName(listener.port)}`,
      `backend ${proxyName(listener.port)}`,
      ...checkLines(listener.targetGroup.check),
    ]),
    "",
  ].join("\n");
}

/** The listeners that the box has. */
export function forwarding({ listeners }: Balancer): Listener[] {
  return listeners.filter(({ protocol }) => protocol === "HTTP" || protocol === "TCP");
}

function checkLines({ protocol, path, matcher, timeout }: HealthCheck): string[] {
  const limit = `  timeout check ${timeout}s`;
  if (protocol === "TCP") return [limit];
  return [limit, `  option httpchk GET ${path}`, `  http-check expect status ${matcher}`];
}
