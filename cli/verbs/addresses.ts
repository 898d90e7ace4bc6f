import { type Context, exitCodes } from "../context";
import type { StackOutputs } from "../outputs";
import { alignColumns } from "../table";

/** Prints the addresses of the ingress, the APIs and the UIs. */
export async function addresses(context: Context, options: { json?: boolean }): Promise<number> {
  const found = addressesOf(await context.outputs());
  context.terminal.print(
    options.json
      ? JSON.stringify(Object.fromEntries(found), undefined, 2)
      : alignColumns(found.map(([name, address]) => [name, address])).join("\n"),
  );
  return exitCodes.ok;
}

/** Names and addresses, in the order in which one would look for them. */
export function addressesOf({ consulAddress, nomadAddress, cluster }: StackOutputs): [string, string][] {
  const { ingresses = {}, uiAccess, bastion, registry, fileSystem } = cluster ?? {};
  // Without load balancers of their own, the APIs' addresses have the UIs too.
  const ui = uiAccess?.urls ?? { consul: `${consulAddress}/ui`, nomad: `${nomadAddress}/ui` };
  return [
    ...Object.entries(ingresses).map(([name, ingress]): [string, string] => [`ingress ${name}`, ingress.url]),
    ["Consul API", consulAddress],
    ["Nomad API", nomadAddress],
    ["Consul UI", ui.consul],
    ["Nomad UI", ui.nomad],
    ...("fabio" in ui && ui.fabio ? [["fabio UI", ui.fabio] as [string, string]] : []),
    ...(bastion ? [["bastion", bastion.publicIp] as [string, string]] : []),
    ...Object.entries(registry?.urls ?? {}).map(([name, url]): [string, string] => [`registry ${name}`, url]),
    ...(fileSystem ? [["file system", fileSystem.dnsName] as [string, string]] : []),
  ];
}
