import { defaultRootSizeGiB } from "../../components/node/volumes";
import { type Inputs, map, maps } from "../../components/inputs";
import { emptyInventory, type Inventory } from "../cost/inventory";
import type { Registered } from "./mock-engine";

const length = (value: unknown): number => (Array.isArray(value) ? value.length : 0);

/**
 * What a program asks for of everything that AWS bills by the hour or by the GiB, at the size that its groups have at first. A file system is
 * billed by what is in it: by nothing, at first.
 *
 * @param region AWS region
 */
export function inventoryOfResources(registered: readonly Registered[], region: string): Inventory {
  const inventory = emptyInventory(region);
  const templates = new Map(
    registered
      .filter(({ type }) => type === "aws:ec2/launchTemplate:LaunchTemplate")
      // As the mocks name it.
      .map(({ name, inputs }) => [`${name}-id`, map(inputs)]),
  );
  for (const { type, inputs } of registered) counts[type]?.(inventory, map(inputs), templates);
  return inventory;
}

/** What each type of resource adds. */
const counts: Record<string, (inventory: Inventory, inputs: Inputs, templates: Map<unknown, Inputs>) => void> = {
  "aws:autoscaling/group:Group": (inventory, inputs, templates) => {
    const mixed = map(map(inputs["mixedInstancesPolicy"])["launchTemplate"]);
    const own = map(inputs["launchTemplate"])["id"];
    const template = templates.get(own ?? map(mixed["launchTemplateSpecification"])["launchTemplateId"]) ?? {};
    const [first] = maps(mixed["overrides"]);
    const count = Number(inputs["desiredCapacity"] ?? inputs["minSize"] ?? 0);
    addInstances(inventory, first?.["instanceType"] ?? template["instanceType"], count);
    for (const { ebs } of maps(template["blockDeviceMappings"]))
      if (ebs !== undefined) addVolume(inventory, map(ebs), count);
  },
  "aws:ec2/instance:Instance": (inventory, inputs) => {
    addInstances(inventory, inputs["instanceType"], 1);
    for (const volume of [map(inputs["rootBlockDevice"]), ...maps(inputs["ebsBlockDevices"])])
      addVolume(inventory, volume, 1);
    if (inputs["associatePublicIpAddress"] === true) inventory.publicAddresses += 1;
  },
  "aws:ebs/volume:Volume": (inventory, { size, type }) => {
    addVolume(inventory, { volumeSize: size, volumeType: type }, 1);
  },
  "aws:ec2/natGateway:NatGateway": (inventory, { connectivityType }) => {
    addNatGateways(inventory, 1, connectivityType !== "private");
  },
  "awsx:ec2:Vpc": (inventory, inputs) => {
    const zones = length(inputs["availabilityZoneNames"]) || Number(inputs["numberOfAvailabilityZones"] ?? 3);
    // awsx makes one in each zone unless it is told otherwise.
    const { strategy } = map(inputs["natGateways"]);
    const count = strategy === "None" ? 0 : strategy === "Single" ? 1 : zones;
    addNatGateways(inventory, count, true);
  },
  "aws:lb/loadBalancer:LoadBalancer": (inventory, inputs) => {
    if (inputs["loadBalancerType"] === "network") inventory.networkLoadBalancers += 1;
    else inventory.applicationLoadBalancers += 1;
    if (inputs["internal"] !== true)
      inventory.publicAddresses += length(inputs["subnets"]) || length(inputs["subnetMappings"]);
  },
  "aws:kms/key:Key": (inventory) => {
    inventory.kmsKeys += 1;
  },
  "aws:ec2/vpcEndpoint:VpcEndpoint": (inventory, inputs) => {
    if (inputs["vpcEndpointType"] === "Interface") inventory.interfaceEndpointZones += length(inputs["subnetIds"]);
  },
};

function addInstances({ instances }: Inventory, type: unknown, count: number): void {
  if (typeof type === "string") instances[type] = (instances[type] ?? 0) + count;
}

/** One made from a snapshot has its size, which only AWS knows; it counts as nothing. */
function addVolume({ volumesGiB }: Inventory, { volumeSize, volumeType, snapshotId }: Inputs, count: number): void {
  const type = (volumeType ?? "gp3") as keyof typeof volumesGiB;
  const size = Number(volumeSize ?? (snapshotId === undefined ? defaultRootSizeGiB : 0));
  volumesGiB[type] = (volumesGiB[type] ?? 0) + count * size;
}

function addNatGateways(inventory: Inventory, count: number, isPublic: boolean): void {
  inventory.natGateways += count;
  if (isPublic) inventory.publicAddresses += count;
}
