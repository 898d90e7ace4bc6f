import * as pulumi from "@pulumi/pulumi";
import type { RegisterResourceRequest, ResourceInvokeRequest } from "@pulumi/pulumi/proto/resource_pb";

interface Requests {
  registerResource: RegisterResourceRequest;
  invoke: ResourceInvokeRequest;
}
type Monitor = Record<keyof Requests, (request: unknown, reply: unknown) => unknown>;

/** Tells of what the program asks the engine for from then on, in more detail than a mock engine notes. Call it in the program. */
export function watch<M extends keyof Requests>(method: M, tell: (request: Requests[M]) => void): void {
  const monitor = pulumi.runtime.getMonitor() as unknown as Monitor;
  const original = monitor[method].bind(monitor);
  monitor[method] = (request, reply) => {
    tell(request as Requests[M]);
    return original(request, reply);
  };
}
