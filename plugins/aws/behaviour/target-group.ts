import type { PlainMap } from "../../value";
import { arn, hex } from "../cloud";
import { type Behaviour, mapOf, shown, textOf } from "./behaviour";
import { NAME, NAME_MEANING, PROTOCOLS } from "./balancer-names";
import { Checks, isGiven } from "./checks";

const targetGroup: Behaviour = {
  check: (inputs) => {
    const checks = new Checks(inputs)
      .matches("name", NAME, NAME_MEANING)
      .oneOf("protocol", PROTOCOLS)
      .oneOf("protocolVersion", ["HTTP1", "HTTP2", "GRPC"])
      .oneOf("targetType", ["instance", "ip", "lambda", "alb"])
      .oneOf("healthCheck.protocol", PROTOCOLS)
      .between("healthCheck.interval", 5, 300)
      .between("healthCheck.timeout", 2, 120)
      .between("healthCheck.healthyThreshold", 2, 10)
      .between("healthCheck.unhealthyThreshold", 2, 10)
      .between("port", 1, 65_535)
      .between("deregistrationDelay", 0, 3600);
    if (inputs["targetType"] !== "lambda") {
      for (const property of ["port", "protocol", "vpcId"].filter((key) => !isGiven(inputs[key]))) {
        checks.add(property, `is needed unless "targetType" is "lambda"`);
      }
    }
    checkHealth(checks, inputs);
    const { type } = mapOf(inputs["stickiness"]);
    const balanced = ["HTTP", "HTTPS"].includes(textOf(inputs["protocol"]) ?? "");
    if (type === "lb_cookie" && isGiven(inputs["protocol"]) && typeof inputs["protocol"] === "string" && !balanced) {
      checks.add("stickiness.type", `"lb_cookie" is not for the protocol ${inputs["protocol"]}`);
    }
    return checks.failures;
  },
  id: ({ name }, site) => arn(site, "elasticloadbalancing", `targetgroup/${shown(name)}/${hex(16)}`),
  outputs: (id, inputs) => ({
    arn: id,
    arnSuffix: id.split(":").at(-1) ?? "",
    loadBalancerArns: [],
    ipAddressType: "ipv4",
    namePrefix: "",
    protocolVersion: ["HTTP", "HTTPS"].includes(textOf(inputs["protocol"]) ?? "") ? "HTTP1" : "",
    loadBalancingAlgorithmType: "round_robin",
    loadBalancingAnomalyMitigation: "off",
    loadBalancingCrossZoneEnabled: "use_load_balancer_configuration",
  }),
};

function checkHealth(checks: Checks, inputs: PlainMap): void {
  const { interval, timeout, protocol, path, matcher } = mapOf(inputs["healthCheck"]);
  if (typeof interval === "number" && typeof timeout === "number" && timeout >= interval) {
    checks.add("healthCheck.timeout", `must be below "healthCheck.interval", but ${timeout} is not below ${interval}`);
  }
  if (protocol !== "TCP") return;
  if (isGiven(path)) checks.add("healthCheck.path", 'is not for checks with the protocol "TCP"');
  if (isGiven(matcher)) checks.add("healthCheck.matcher", 'is not for checks with the protocol "TCP"');
}

export const targetGroupBehaviours: Readonly<Record<string, Behaviour>> = {
  "aws:lb/targetGroup:TargetGroup": targetGroup,
};
