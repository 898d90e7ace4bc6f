import { get } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { ConsulApi } from "../apis/consul";
import { JobSpec, Service } from "../apis/nomad";
import { callApi, fetchText } from "../apis/http";

/** fabio as the catalog knows it. */
export interface Ingress {
  /** URL that takes traffic. */
  traffic: string;
  /** URL of the UI and its API. */
  ui: string;
}

const routeTag = "urlprefix-";

/** Finds a healthy fabio in the catalog. */
export async function findIngress(consul: ConsulApi): Promise<Ingress | undefined> {
  const [traffic, ui] = await Promise.all([addressOf(consul, "fabio"), addressOf(consul, "fabio-ui")]);
  return traffic && ui ? { traffic, ui } : undefined;
}

async function addressOf(consul: ConsulApi, name: string): Promise<string | undefined> {
  const instances = await consul.service(name);
  const healthy = instances.find(({ Checks }) => Checks.every((check) => check.Status === "passing"));
  return healthy && `http://${healthy.Service.Address}:${healthy.Service.Port}`;
}

/** All services of a job that are registered in Consul. */
export function servicesOf(job: JobSpec): Service[] {
  return job.TaskGroups.flatMap((group) => [
    ...(group.Services ?? []),
    ...group.Tasks.flatMap((task) => task.Services ?? []),
  ]).filter((service) => service.Provider === "consul");
}

/** The paths under which fabio routes to a job, from the tags of its services, `urlprefix-HOST/PATH OPTIONS`. */
export function routesOf(job: JobSpec): string[] {
  return servicesOf(job)
    .flatMap((service) => service.Tags ?? [])
    .filter((tag) => tag.startsWith(routeTag))
    .map((tag) => tag.slice(routeTag.length).split(" ")[0] ?? "")
    .filter((route) => route.includes("/"));
}

/** fabio's version, as it says itself. */
export async function fabioVersion(ingress: Ingress): Promise<string> {
  return (await fetchText(`${ingress.ui}/api/version`)).trim();
}

/** Where a request goes that asks fabio for a route. */
export function routeUrl(ingress: Ingress, route: string): string {
  return ingress.traffic + route.slice(route.indexOf("/"));
}

/** How fabio answers for a route. */
export interface RouteAnswer {
  /** Whether it is in fabio's table. */
  routed: boolean;
  /** Status of the answer; 0 where there was none. */
  status: number;
}

/** Waits until fabio has a route and what is behind it answers. Where that does not come, returns how it was last. */
export async function waitForRoute(
  ingress: Ingress,
  route: string,
  timeoutSeconds: number,
  signal: AbortSignal,
): Promise<RouteAnswer> {
  const host = route.slice(0, route.indexOf("/"));
  const deadline = Date.now() + timeoutSeconds * 1000;
  for (;;) {
    // Without a route fabio answers 404, as a service may do itself; so the table tells.
    const routed = await hasRoute(ingress, route);
    const status = await requestStatus(routeUrl(ingress, route), host);
    // 502 to 504 are fabio's own answers while it cannot reach the service.
    if (routed && ![noAnswer, 502, 503, 504].includes(status)) return { routed, status };
    if (Date.now() > deadline) return { routed, status };
    signal.throwIfAborted();
    await delay(100);
  }
}

/** Stands for a status where there was no answer. */
const noAnswer = 0;

async function hasRoute(ingress: Ingress, route: string): Promise<boolean> {
  const table = await callApi<{ src: string }[] | null>(`${ingress.ui}/api/routes`);
  return (table ?? []).some(({ src }) => src.toLowerCase() === route.toLowerCase());
}

/** The status of an answer, 0 where there is none. `fetch` would not let the host be another than the URL's. */
function requestStatus(url: string, host: string): Promise<number> {
  return new Promise((resolve) => {
    const request = get(url, { headers: host === "" ? {} : { host }, timeout: 5000, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode ?? noAnswer);
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => {
      resolve(noAnswer);
    });
  });
}
