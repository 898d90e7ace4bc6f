import { type Inputs, maps, texts } from "../../components/inputs";
import { resourceRule } from "../rule";

const group = ["aws:autoscaling/group:Group"];
/** Values of the tag `cos-role` that servers of Consul and Nomad have: members of Raft. */
const serverRoles = ["consul-server", "nomad-server"];
const leastServers = 3;
const leastZones = 2;

/** The groups of servers, by the tag that pulumi-cos gives them. */
const isOfServers = (inputs: Inputs) =>
  maps(inputs["tags"]).some(({ key, value }) => key === "cos-role" && serverRoles.includes(String(value)));

/** A group of servers that is even fails with as few as one that is smaller; one of fewer than three with any. */
export const oddServers = resourceRule(
  "odd-servers",
  "Consul and Nomad have an odd number of servers, three or more.",
  group,
  (inputs) => {
    if (!isOfServers(inputs)) return [];
    const count = Number(inputs["desiredCapacity"] ?? inputs["minSize"]);
    if (count >= leastServers && count % 2 === 1) return [];
    return [`There are ${count} servers: an odd number from ${leastServers} on survives the loss of one.`];
  },
);

/** Nodes are in several zones. */
export const severalZones = resourceRule(
  "several-zones",
  "Auto Scaling groups have subnets, which are in a zone each, or zones: two or more.",
  group,
  (inputs) => {
    const subnets = texts(inputs["vpcZoneIdentifiers"]);
    const places = new Set(subnets.length > 0 ? subnets : texts(inputs["availabilityZones"]));
    if (places.size >= leastZones) return [];
    return [
      `It has ${places.size === 1 ? "one subnet" : "no subnets"}: give it subnets of ${leastZones} zones or more.`,
    ];
  },
);
