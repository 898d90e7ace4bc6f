import { type Inputs, maps, texts } from "../../components/inputs";
import { resourceRule } from "../rule";

const anywhere = ["0.0.0.0/0", "::/0"];
/** Ports that the world may reach: those of a web site. */
const defaultPorts = [80, 443];

/** Security groups let the world in at the ports of a web site, and nowhere else: not at the APIs of Consul and Nomad. */
export const noApisOpenToTheWorld = resourceRule(
  "no-apis-open-to-the-world",
  "The world reaches no port but those of a web site (ports, by default 80 and 443).",
  [
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    "aws:ec2/securityGroupRule:SecurityGroupRule",
    "aws:ec2/securityGroup:SecurityGroup",
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
  ],
  (inputs, type, config) => {
    const ports = (config["ports"] as number[] | undefined) ?? defaultPorts;
    return rulesOf(inputs, type)
      .filter((rule) => isOpen(rule) && !isWithin(rule, ports))
      .map((rule) => `The world may reach ${portsOf(rule)}: name the addresses that may, or a security group.`);
  },
  { properties: { ports: { type: "array", items: { type: "number" }, default: defaultPorts } } },
);

/** The ingress rules that a resource is or has. */
function rulesOf(inputs: Inputs, type: string): Inputs[] {
  if (type.endsWith(":SecurityGroupRule")) return inputs["type"] === "ingress" ? [inputs] : [];
  return type.endsWith("SecurityGroup") ? maps(inputs["ingress"]) : [inputs];
}

function isOpen(rule: Inputs): boolean {
  const sources = ["cidrIpv4", "cidrIpv6", "cidrBlocks", "ipv6CidrBlocks"].flatMap((key) => texts(rule[key]));
  return sources.some((source) => anywhere.includes(source));
}

function isWithin({ fromPort, toPort, ipProtocol, protocol }: Inputs, ports: number[]): boolean {
  return (
    ["tcp", "6"].includes(String(ipProtocol ?? protocol)) && fromPort === toPort && ports.includes(Number(fromPort))
  );
}

function portsOf({ fromPort, toPort, ipProtocol, protocol }: Inputs): string {
  const over = String(ipProtocol ?? protocol);
  if (over === "-1") return "all ports";
  return fromPort === toPort
    ? `port ${Number(fromPort)} (${over})`
    : `ports ${Number(fromPort)} to ${Number(toPort)} (${over})`;
}
