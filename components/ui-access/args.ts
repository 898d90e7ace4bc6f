import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { type PropertyError, repeated } from "../checks";
import type { ClientPoolRef } from "../client-pool/ref";
import {
  type ApplicationLoadBalancerOptions,
  applicationLoadBalancerErrors,
  placeErrors,
  type Scheme,
} from "../load-balancer/options";
import { cidrErrors } from "../load-balancer/cidrs";
import type { ServerGroupRef } from "../load-balancer/groups";
import { healthCheckErrors, type HealthCheckOptions, serverHealthCheck } from "../load-balancer/health-check";
import { hostNameErrors, httpsErrors, type HttpsOptions } from "../load-balancer/https";
import { wholeNumberErrors } from "../load-balancer/numbers";
import { consulApiPort, fabioPorts, nomadPorts } from "../ports";
import type { Tags } from "../security-group";

/** The user interfaces. */
export const userInterfaces = ["consul", "nomad", "fabio"] as const;
/** The user interface of `consul`, `nomad` or `fabio`. */
export type UserInterface = (typeof userInterfaces)[number];

/** Arguments of {@link UiAccess}. */
export interface UiAccessArgs extends ApplicationLoadBalancerOptions, HttpsOptions {
  /** ID of the VPC. A change replaces everything. */
  vpcId: pulumi.Input<string>;
  /** IDs of the load balancer's subnets, in two availability zones or more; public ones for the scheme `public`. */
  subnetIds: pulumi.Input<string>[];
  /** `internal` has addresses of its subnets only. A change replaces the load balancer. @default "public" */
  scheme?: Scheme | undefined;
  /** CIDR blocks whose addresses may use the user interfaces, and with them the APIs of Consul and Nomad. */
  allowedCidrs: string[];
  /** Whether `allowedCidrs` may let in all of the internet or a large part of it. @default false */
  allowAnyAddress?: boolean | undefined;
  /** The Consul servers. */
  consul: ServerGroupRef;
  /** The Nomad servers. */
  nomad: ServerGroupRef;
  /** The client pools that run fabio, by name. @default none: fabio's user interface is not shown */
  fabio?: { pools: Record<string, ClientPoolRef> } | undefined;
  /** The port of each user interface. Not together with `hosts`. @default 8501 for Consul (8500 without TLS), 4646 for Nomad, 9998 for fabio */
  ports?: Partial<Record<UserInterface, number>> | undefined;
  /**
   * A host name of each user interface, all on port 443 (to which port 80 redirects), or on 80 without HTTPS. With `domain`,
   * certificate and records are made for them too; otherwise both are yours. @default none: a port each
   */
  hosts?: { consul: string; nomad: string; fabio?: string | undefined } | undefined;
  /**
   * Seconds without a byte after which a connection is closed, 1 to 4000. User interfaces wait for news by blocking queries of
   * up to 10 minutes and 38 seconds. @default 660
   */
  idleTimeoutSeconds?: number | undefined;
  /** How the load balancer asks for health. @default every 5 s, 4 s to answer, 2 good or 2 bad answers */
  healthCheck?: HealthCheckOptions | undefined;
  /** Seconds that requests under way have when a node leaves the load balancer, 0 to 3600; ends of nodes wait for it. @default 30 */
  deregistrationDelaySeconds?: number | undefined;
  /** Tags of everything taggable. @default {} */
  tags?: Tags | undefined;
  /** Arguments of the resources, merged over those that the component makes. */
  transform?: UiAccessTransform | undefined;
}

/** Arguments merged, property by property, over those that {@link UiAccess} makes. */
export interface UiAccessTransform {
  loadBalancer?: Partial<aws.lb.LoadBalancerArgs> | undefined;
  /** Of all target groups. */
  targetGroups?: Partial<aws.lb.TargetGroupArgs> | undefined;
  /** Of all listeners that forward. */
  listeners?: Partial<aws.lb.ListenerArgs> | undefined;
  certificate?: Partial<aws.acm.CertificateArgs> | undefined;
}

/** The port that each user interface has on its nodes, and on the load balancer where `ports` says nothing. */
export const nodePorts = ({ consul }: Pick<UiAccessArgs, "consul">): Record<UserInterface, number> => ({
  consul: consulApiPort(consul.tls),
  nomad: nomadPorts.http,
  fabio: fabioPorts.ui,
});

/** The port that each has on the load balancer, where they have no host names. */
export function entrancePorts(args: Pick<UiAccessArgs, "consul" | "ports">): Record<UserInterface, number> {
  const own = nodePorts(args);
  const { consul = own.consul, nomad = own.nomad, fabio = own.fabio } = args.ports ?? {};
  return { consul, nomad, fabio };
}

/** The user interfaces that the arguments ask for. */
export function shownInterfaces({ fabio }: Pick<UiAccessArgs, "fabio">): UserInterface[] {
  return userInterfaces.filter((ui) => ui !== "fabio" || fabio !== undefined);
}

/** What is wrong with the arguments of {@link UiAccess}. */
export function uiAccessErrors(args: UiAccessArgs): PropertyError[] {
  const errors = [
    ...placeErrors(args, 2),
    ...cidrErrors("allowedCidrs", args.allowedCidrs, args.allowAnyAddress ? "any" : "narrow"),
    ...httpsErrors(args),
    ...applicationLoadBalancerErrors(args),
    ...healthCheckErrors("healthCheck", args.healthCheck, serverHealthCheck),
    ...wholeNumberErrors("deregistrationDelaySeconds", args.deregistrationDelaySeconds, {
      least: 0,
      most: 3600,
      unit: "seconds",
    }),
    ...portErrors(args),
    ...hostErrors(args),
  ];
  if (args.fabio && Object.keys(args.fabio.pools).length === 0) {
    errors.push({ propertyPath: "fabio.pools", reason: "must have at least one client pool, one that runs fabio" });
  }
  if (args.ports && args.hosts) {
    errors.push({ propertyPath: "hosts", reason: "cannot go with ports: give each a port or each a host name" });
  }
  return errors;
}

function portErrors(args: UiAccessArgs): PropertyError[] {
  const { ports = {} } = args;
  const shown = shownInterfaces(args);
  const entrances = entrancePorts(args);
  const used = shown.map((ui) => entrances[ui]);
  const errors = userInterfaces.flatMap((ui) => wholeNumberErrors(`ports.${ui}`, ports[ui], { least: 1, most: 65535 }));
  for (const { value, indexes } of repeated(used)) {
    const [first, ...others] = indexes.map((i) => shown[i]);
    for (const other of others) {
      errors.push({ propertyPath: `ports.${other}`, reason: `${value} is the port of ${first} already` });
    }
  }
  return [...errors, ...unshownErrors("ports", ports, args)];
}

function hostErrors(args: UiAccessArgs): PropertyError[] {
  const { hosts } = args;
  if (!hosts) return [];
  const errors: PropertyError[] = [];
  const seen = new Map<string, UserInterface>();
  for (const ui of shownInterfaces(args)) {
    const host = hosts[ui];
    if (host === undefined) {
      errors.push({ propertyPath: `hosts.${ui}`, reason: `must be the host name of ${ui}, as the others have one` });
      continue;
    }
    errors.push(...hostNameErrors(`hosts.${ui}`, host));
    const first = seen.get(host);
    if (first) errors.push({ propertyPath: `hosts.${ui}`, reason: `"${host}" is the host name of ${first} already` });
    seen.set(host, first ?? ui);
  }
  return [...errors, ...unshownErrors("hosts", hosts, args)];
}

/** Something said about fabio's user interface, which is not shown. */
function unshownErrors(property: string, given: { fabio?: unknown }, { fabio }: UiAccessArgs): PropertyError[] {
  if (fabio !== undefined || given.fabio === undefined) return [];
  const reason = "is of no use without fabio.pools, the pools whose fabio is to be shown";
  return [{ propertyPath: `${property}.fabio`, reason }];
}
