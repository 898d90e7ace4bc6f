import type { PlainMap, ValueMap } from "../../value";
import { mapOf, mapsOf, textOf, textsOf } from "../behaviour/behaviour";
import { type Cloud, siteOf } from "../cloud";
import { filtersOf, satisfies } from "./filters";

const ATTRIBUTES: Record<string, string> = {
  "instance-id": "id",
  "image-id": "imageId",
  "instance-type": "instanceType",
  "availability-zone": "availabilityZone",
  "private-ip-address": "privateIp",
  "subnet-id": "subnetId",
};

const RUNNING = "running";

/** The running instances of the account: those of its groups, and single ones. */
export function getInstances(inputs: PlainMap, cloud: Cloud): ValueMap {
  const states = textsOf(inputs["instanceStateNames"]);
  const filters = filtersOf(inputs, "instanceTags");
  const found = (states.length === 0 || states.includes(RUNNING) ? instancesOf(cloud) : []).filter((instance) =>
    satisfies(filters, mapOf(instance["tags"]), (name) =>
      name === "instance-state-name" ? RUNNING : textOf(instance[ATTRIBUTES[name] ?? ""]),
    ),
  );
  const { region } = siteOf(cloud, inputs);
  return {
    ...inputs,
    id: region,
    region,
    ids: found.map(({ id }) => id ?? ""),
    instanceTags: inputs["instanceTags"] ?? {},
    privateIps: found.map(({ privateIp }) => privateIp ?? ""),
    publicIps: [],
    ipv6Addresses: [],
  };
}

function instancesOf({ account }: Cloud): PlainMap[] {
  const grouped = account.all("aws:autoscaling/group:Group").flatMap(({ kept }) => mapsOf(kept["instances"]));
  const single = account.all("aws:ec2/instance:Instance").map(({ id, values }): PlainMap => ({
    ...values,
    id,
    imageId: values["ami"] ?? "",
  }));
  return [...grouped, ...single];
}
