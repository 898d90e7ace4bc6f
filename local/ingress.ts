import { get } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { ConsulApi, JobSpec, Service } from "./cluster";
import { callApi, fetchText } from "./http";

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

/** Waits until fabio answers for a route, and returns its status code. */
export async function waitForRoute(
  ingress: Ingress,
  route: string,
  timeoutSeconds: number,
  signal: AbortSignal,
): Promise<number> {
  const host = route.slice(0, route.indexOf("/"));
  const deadline = Date.now() + timeoutSeconds * 1000;
  for (;;) {
    const status = await requestStatus(routeUrl(ingress, route), host);
    // 404 is what fabio answers while it has no route, 502 to 504 while it cannot reach the service.
    if (![404, 502, 503, 504, 0].includes(status) || Date.now() > deadline) return status;
    signal.throwIfAborted();
    await delay(100);
  }
}

/** The status of an answer, 0 where there is none. `fetch` would not let the host be another than the URL's. */
function requestStatus(url: string, host: string): Promise<number> {
  return new Promise((resolve) => {
    const request = get(url, { headers: host === "" ? {} : { host }, timeout: 5000, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => {
      resolve(0);
    });
  });
}

/** One line of fabio's routing table. */
export interface Route {
  service: string;
  src: string;
  dst: string;
}

export function routingTable(ingress: Ingress): Promise<Route[]> {
  return callApi(`${ingress.ui}/api/routes`);
}
