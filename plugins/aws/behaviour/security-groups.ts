import type { PlainMap } from "../../value";
import { arn, ec2Id } from "../cloud";
import { type Behaviour, ec2, shown, textOf } from "./behaviour";
import { Checks, isGiven } from "./checks";

const PEERS = ["cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId"];

// What EC2 takes in descriptions of groups and rules.
const DESCRIPTION = /^[0-9A-Za-z_ .:/()#,@[\]+=&;{}!$*-]{0,255}$/;
const DESCRIPTION_MEANING = "up to 255 letters, digits, spaces and _.:/()#,@[]+=&;{}!$*-";

const ALL_PROTOCOLS = "-1";

const securityGroup: Behaviour = {
  check: (inputs) => {
    const checks = new Checks(inputs).atMostOne("name", "namePrefix");
    checks.matches("description", DESCRIPTION, DESCRIPTION_MEANING);
    return checks.matches("name", /^(?!sg-)/, 'a name that does not begin with "sg-"').failures;
  },
  allow: ({ vpcId, name }, { cloud: { account } }, id) => {
    const others = account.all("aws:ec2/securityGroup:SecurityGroup").filter((entry) => entry.id !== id);
    if (!others.some(({ values }) => values["name"] === name && values["vpcId"] === vpcId)) return;
    throw new Error(
      `InvalidGroup.Duplicate: The security group '${shown(name)}' already exists for VPC '${shown(vpcId)}'`,
    );
  },
  ...ec2("sg", (id, _inputs, site) => ({
    arn: arn(site, "ec2", `security-group/${id}`),
    ownerId: site.cloud.accountId,
    egress: [],
    ingress: [],
    namePrefix: "",
    vpcId: "",
  })),
};

function ruleBehaviour(type: string): Behaviour {
  return {
    check: (inputs) => {
      const checks = new Checks(inputs).exactlyOne(...PEERS);
      checks.matches("description", DESCRIPTION, DESCRIPTION_MEANING);
      checkPorts(checks, inputs);
      return checks.failures;
    },
    allow: (inputs, { cloud: { account } }, id) => {
      const same = account.all(type).find((entry) => entry.id !== id && ruleKey(entry.values) === ruleKey(inputs));
      if (!same) return;
      throw new Error(
        `InvalidPermission.Duplicate: the specified rule "peer: ${peerOf(inputs)}, ${portsOf(inputs)}, ALLOW" already exists`,
      );
    },
    id: () => ec2Id("sgr"),
    outputs: (id, _inputs, site) => ({
      arn: arn(site, "ec2", `security-group-rule/${id}`),
      securityGroupRuleId: id,
    }),
  };
}

function checkPorts(checks: Checks, inputs: PlainMap): void {
  const { ipProtocol, fromPort, toPort } = inputs;
  if (typeof ipProtocol !== "string") return;
  const icmp = /^icmp(v6)?$/i.test(ipProtocol);
  checks.between("fromPort", icmp ? -1 : 0, 65_535).between("toPort", icmp ? -1 : 0, 65_535);
  if (ipProtocol === ALL_PROTOCOLS) {
    for (const property of ["fromPort", "toPort"].filter((key) => isGiven(inputs[key]))) {
      checks.add(property, 'must be left out when "ipProtocol" is "-1"');
    }
  } else if (["tcp", "udp", "6", "17"].includes(ipProtocol)) {
    for (const property of ["fromPort", "toPort"].filter((key) => !isGiven(inputs[key]))) {
      checks.add(property, `is needed when "ipProtocol" is "${ipProtocol}"`);
    }
  } else if (!icmp && !/^\d{1,3}$/.test(ipProtocol)) {
    checks.add("ipProtocol", `must be tcp, udp, icmp, icmpv6, -1 or a protocol's number, but is "${ipProtocol}"`);
  }
  if (!icmp && typeof fromPort === "number" && typeof toPort === "number" && fromPort > toPort) {
    checks.add("fromPort", `must not be above "toPort", but ${fromPort} is above ${toPort}`);
  }
}

/** What makes a rule of a group the same as another; the description does not count. */
function ruleKey(rule: PlainMap): string {
  return [textOf(rule["securityGroupId"]), portsOf(rule), peerOf(rule)].join(" ");
}

function portsOf({ ipProtocol, fromPort, toPort }: PlainMap): string {
  const protocol = shown(ipProtocol).toUpperCase();
  return `${protocol}, from port: ${shown(fromPort ?? -1)}, to port: ${shown(toPort ?? -1)}`;
}

function peerOf(rule: PlainMap): string {
  return PEERS.map((peer) => textOf(rule[peer])).find((value) => value !== undefined) ?? "";
}

const INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";

export const securityGroupBehaviours: Readonly<Record<string, Behaviour>> = {
  "aws:ec2/securityGroup:SecurityGroup": securityGroup,
  [INGRESS]: ruleBehaviour(INGRESS),
  [EGRESS]: ruleBehaviour(EGRESS),
};
