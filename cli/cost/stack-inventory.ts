import { defaultRootSizeGiB } from "../../components/node/volumes";
import { allGroups, type InstanceGroup, type StackPlan } from "../stack-plan";
import { emptyInventory, type Inventory } from "./inventory";

/** What a stack's plan has of everything that AWS bills, at the size that its groups have at first. */
export function inventoryOf(plan: StackPlan, region: string): Inventory {
  const balancers = (type: string) => plan.loadBalancers.filter((balancer) => balancer.type === type).length;
  const isPublic = plan.loadBalancers.filter(({ scheme }) => scheme === "public").length;
  return {
    ...emptyInventory(region),
    instances: sum(allGroups(plan).map(({ instanceTypes: [type = ""], count }) => [type, count])),
    volumesGiB: sum(allGroups(plan).flatMap(volumesOf)),
    natGateways: plan.natGateways,
    applicationLoadBalancers: balancers("application"),
    networkLoadBalancers: balancers("network"),
    publicAddresses: plan.natGateways + isPublic * plan.zones + (plan.bastion ? 1 : 0),
    kmsKeys: makesKey(plan) ? 1 : 0,
    interfaceEndpointZones: plan.interfaceEndpoints * plan.zones,
  };
}

/** The secrets of nodes have a key of their own, unless there is one already, or none of them. */
function makesKey({ args: { security } }: StackPlan): boolean {
  return security?.kmsKeyArn === undefined && security?.gossip !== false;
}

/** A volume made from a snapshot has its size, which only AWS knows; it counts as nothing. */
function volumesOf({ count, rootVolume, dataVolumes }: InstanceGroup): [string, number][] {
  return [
    [rootVolume?.type ?? "gp3", count * (rootVolume?.sizeGiB ?? defaultRootSizeGiB)],
    ...dataVolumes.map(({ type, sizeGiB }): [string, number] => [type ?? "gp3", count * (sizeGiB ?? 0)]),
  ];
}

function sum(entries: [string, number][]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const [key, number] of entries) sums[key] = (sums[key] ?? 0) + number;
  return sums;
}

/** What can be added to a plan, and the inventory of each addition. */
export function additions({ zones }: StackPlan, region: string): [what: string, inventory: Inventory][] {
  const none = emptyInventory(region);
  return [
    [
      `a public load balancer for the UIs, in ${zones} zones`,
      { ...none, applicationLoadBalancers: 1, publicAddresses: zones },
    ],
    ["a second NAT gateway, with its address", { ...none, natGateways: 1, publicAddresses: 1 }],
    [`an interface endpoint (ssm, ecr.api, …), in ${zones} zones`, { ...none, interfaceEndpointZones: zones }],
    ["100 GiB of data disks, gp3", { ...none, volumesGiB: { gp3: 100 } }],
    ["100 GiB in a shared file system (EFS)", { ...none, fileSystemGiB: 100 }],
  ];
}

/** What of a plan has no price here, in words. */
export function unpriced({ groups, args }: StackPlan): string[] {
  const flowLogs = args.network?.flowLogs !== undefined;
  return [
    "traffic: NAT and load balancers by GB and capacity unit, between zones, to the internet",
    ...(groups.some(({ spotShare }) => spotShare > 0) ? ["the discount of spot instances: priced on demand"] : []),
    ...(groups.some(({ dataVolumes }) => dataVolumes.some(({ snapshotId, sizeGiB }) => snapshotId && !sizeGiB))
      ? ["volumes made from snapshots, of whose size the configuration says nothing"]
      : []),
    ...(groups.some(({ rootVolume, dataVolumes }) => [rootVolume, ...dataVolumes].some((v) => v?.iops ?? v?.throughput))
      ? ["provisioned operations and throughput of volumes"]
      : []),
    ...(args.fileSystem ? ["the shared file system, which is billed by what is in it"] : []),
    ...(args.registry ? ["container images in the registry"] : []),
    ...(flowLogs ? ["flow logs"] : []),
    ...(groups.some(({ count, most }) => most > count) ? ["nodes that an autoscaler adds"] : []),
    "AMI snapshots, key use, DNS queries, taxes",
  ];
}
