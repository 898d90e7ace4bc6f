import type { Change } from "../../stand-in";
import type { Differences } from "../../diff";
import { arn, hex } from "../cloud";
import { type Behaviour, mapsOf, shown, textOf, textsOf } from "./behaviour";
import { NAME, NAME_MEANING } from "./balancer-names";
import { Checks, isGiven } from "./checks";

// The zones in Route 53 that a load balancer's alias records name, by its type. Of every region there is one; these
// are eu-central-1's.
const HOSTED_ZONES: Record<string, string> = { application: "Z215JYRZR1TBD5", network: "Z3F0SRJ5LGBH90" };
const SHORT_TYPES: Record<string, string> = { application: "app", network: "net", gateway: "gwy" };

/** The hosted zone of load balancers of a type. */
export function balancerZone(type: string): string {
  return HOSTED_ZONES[type] ?? "";
}

const loadBalancer: Behaviour = {
  check: (inputs) => {
    const checks = new Checks(inputs)
      .matches("name", NAME, NAME_MEANING)
      .oneOf("loadBalancerType", ["application", "network", "gateway"])
      .oneOf("ipAddressType", ["ipv4", "dualstack", "dualstack-without-public-ipv4"])
      .oneOf("desyncMitigationMode", ["monitor", "defensive", "strictest"])
      .oneOf("enforceSecurityGroupInboundRulesOnPrivateLinkTraffic", ["on", "off"])
      .oneOf("dnsRecordClientRoutingPolicy", [
        "any_availability_zone",
        "availability_zone_affinity",
        "partial_availability_zone_affinity",
      ])
      .between("idleTimeout", 1, 4000)
      .exactlyOne("subnets", "subnetMappings");
    const { loadBalancerType, subnets, subnetMappings } = inputs;
    const given = subnets ?? subnetMappings;
    if (loadBalancerType === "application" && Array.isArray(given) && given.length === 1) {
      checks.add("subnets", "must name at least two, in two Availability Zones, for an application load balancer");
    }
    return checks.failures;
  },
  allow: (inputs, site) => {
    const zones = textsOf(inputs["subnets"]).map(
      (id) => textOf(site.cloud.account.get("aws:ec2/subnet:Subnet", id)?.values["availabilityZone"]) ?? id,
    );
    if (new Set(zones).size === zones.length) return;
    throw new Error(
      "InvalidConfigurationRequest: A load balancer cannot be attached to multiple subnets in the same Availability Zone",
    );
  },
  diff: (change) => networkBalancerDiff(change),
  id: ({ name, loadBalancerType }, site) => {
    const type = SHORT_TYPES[textOf(loadBalancerType) ?? ""] ?? "app";
    return arn(site, "elasticloadbalancing", `loadbalancer/${type}/${shown(name)}/${hex(16)}`);
  },
  outputs: (id, inputs, site, former) => {
    const suffix = id.split(":loadbalancer/")[1] ?? "";
    const { name, internal, loadBalancerType } = inputs;
    const [first] = textsOf(inputs["subnets"]);
    const own = `${internal === true ? "internal-" : ""}${shown(name)}-${suffix.slice(-10)}`;
    const domain =
      loadBalancerType === "network" ? `elb.${site.region}.amazonaws.com` : `${site.region}.elb.amazonaws.com`;
    return {
      arn: id,
      arnSuffix: suffix,
      dnsName: site.cloud.loadBalancerAddress ?? `${own}.${domain}`,
      zoneId: balancerZone(textOf(loadBalancerType) ?? "application"),
      vpcId: site.cloud.account.get("aws:ec2/subnet:Subnet", first ?? "")?.values["vpcId"] ?? former["vpcId"] ?? "",
      internal: false,
      ipAddressType: "ipv4",
      namePrefix: "",
      securityGroups: [],
      subnetMappings: textsOf(inputs["subnets"]).map((subnetId) => ({ subnetId })),
      subnets: mapsOf(inputs["subnetMappings"]).map(({ subnetId }) => subnetId ?? ""),
      secondaryIpsAutoAssignedPerSubnet: 0,
      enforceSecurityGroupInboundRulesOnPrivateLinkTraffic: loadBalancerType === "network" ? "on" : "",
    };
  },
};

/** A network load balancer cannot get its first security group later, nor lose the last, nor lose a subnet. */
function networkBalancerDiff({ state, news, found }: Change): Differences {
  if (news["loadBalancerType"] !== "network") return found;
  const replaced: Differences = { ...found };
  const mark = (property: string, when: boolean) => {
    const difference = found[property];
    if (difference && when) replaced[property] = { ...difference, replaces: true };
  };
  mark("securityGroups", isGiven(state["securityGroups"]) !== isGiven(news["securityGroups"]));
  const left = new Set(textsOf(news["subnets"]));
  mark("subnets", Array.isArray(news["subnets"]) && textsOf(state["subnets"]).some((id) => !left.has(id)));
  return replaced;
}

export const loadBalancerBehaviours: Readonly<Record<string, Behaviour>> = {
  "aws:lb/loadBalancer:LoadBalancer": loadBalancer,
  "aws:wafv2/webAclAssociation:WebAclAssociation": {
    id: ({ webAclArn, resourceArn }) => `${shown(webAclArn)},${shown(resourceArn)}`,
  },
};
