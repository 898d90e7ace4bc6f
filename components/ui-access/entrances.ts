import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { forwardTo, listener, toHttps } from "../load-balancer/listeners";
import { entrancePorts, shownInterfaces, type UiAccessArgs, type UserInterface } from "./args";

/** One value for each user interface that is shown. */
export interface PerInterface<T> {
  /** Of Consul's UI. */
  consul: T;
  /** Of Nomad's UI. */
  nomad: T;
  /** Of fabio's UI, where a pool runs it. */
  fabio?: T | undefined;
}

/** How the user interfaces are told apart on their one load balancer. */
interface Entrances {
  /** Ports that are open, by what is behind them. */
  ports: Record<string, number>;
  /** URLs, given the name at which a load balancer without host names is reached. */
  urls: (name: pulumi.Input<string>) => PerInterface<pulumi.Output<string>>;
}

const titles: Record<UserInterface, string> = { consul: "Consul UI", nomad: "Nomad UI", fabio: "fabio UI" };

/** Makes a value for each user interface that is shown. */
export function perInterface<T>(args: Pick<UiAccessArgs, "fabio">, make: (ui: UserInterface) => T): PerInterface<T> {
  const made: PerInterface<T> = { consul: make("consul"), nomad: make("nomad") };
  if (args.fabio) made.fabio = make("fabio");
  return made;
}

/** The same for each user interface that has a value. */
export function mapInterfaces<T, U>(values: PerInterface<T>, map: (value: T, ui: UserInterface) => U): PerInterface<U> {
  const mapped: PerInterface<U> = { consul: map(values.consul, "consul"), nomad: map(values.nomad, "nomad") };
  if (values.fabio !== undefined) mapped.fabio = map(values.fabio, "fabio");
  return mapped;
}

/** The port or host name of each user interface. */
export function entrancesOf(args: UiAccessArgs): Entrances {
  const { hosts } = args;
  const protocol = args.protocol ?? "https";
  if (hosts) {
    return {
      ports: protocol === "https" ? { UIs: 443, "UIs, redirected to HTTPS": 80 } : { UIs: 80 },
      urls: () => mapInterfaces(hosts, (host) => pulumi.output(`${protocol}://${host}`)),
    };
  }
  const ports = entrancePorts(args);
  return {
    ports: Object.fromEntries(shownInterfaces(args).map((ui) => [titles[ui], ports[ui]])),
    urls: (name) => perInterface(args, (ui) => pulumi.interpolate`${protocol}://${name}:${ports[ui]}`),
  };
}

/** What listeners need besides the arguments. */
interface ListenerParts {
  loadBalancer: aws.lb.LoadBalancer;
  targetGroups: PerInterface<aws.lb.TargetGroup>;
  certificateArn: pulumi.Input<string> | undefined;
}

/** Makes the listeners: one a user interface, or one for all with a rule for each host name. @returns their ARNs */
export function makeListeners(
  name: string,
  args: UiAccessArgs,
  parts: ListenerParts,
  opts: pulumi.CustomResourceOptions,
): Record<string, pulumi.Output<string>> {
  const { loadBalancer, targetGroups, certificateArn } = parts;
  const { hosts, sslPolicy, tags } = args;
  const ports = entrancePorts(args);
  const secure = { loadBalancer, certificateArn, sslPolicy, tags, transform: args.transform?.listeners };

  if (!hosts) {
    const listeners = mapInterfaces(targetGroups, (group, ui) =>
      listener(`${name}-${ui}`, { ...secure, port: ports[ui], action: forwardTo(group) }, opts),
    );
    return arnsOf({ ...listeners });
  }

  const protocol = certificateArn === undefined ? "http" : "https";
  const port = protocol === "https" ? 443 : 80;
  const main = listener(`${name}-${protocol}`, { ...secure, port, action: notFound }, opts);
  mapInterfaces(targetGroups, (group, ui) => {
    const host = hosts[ui];
    if (host === undefined) return;
    new aws.lb.ListenerRule(
      `${name}-${ui}`,
      {
        listenerArn: main.arn,
        priority: priorities[ui],
        conditions: [{ hostHeader: { values: [host] } }],
        actions: [forwardTo(group)],
        tags: { ...tags, Name: `${name}-${ui}` },
      },
      opts,
    );
  });
  if (protocol === "http") return arnsOf({ http: main });
  return arnsOf({
    https: main,
    http: listener(`${name}-http`, { loadBalancer, port: 80, action: toHttps, tags }, opts),
  });
}

const arnsOf = (listeners: Record<string, aws.lb.Listener>): Record<string, pulumi.Output<string>> =>
  Object.fromEntries(Object.entries(listeners).map(([key, { arn }]) => [key, arn]));

/** Apart, so that rules of others fit between. */
const priorities: Record<UserInterface, number> = { consul: 100, nomad: 200, fabio: 300 };

const notFound = {
  type: "fixed-response",
  fixedResponse: { contentType: "text/plain", statusCode: "404", messageBody: "There is no user interface here." },
};
