import type { Plain } from "../../value";
import { type Site, hex } from "../cloud";
import { type Behaviour, mapOf, shown, textOf } from "./behaviour";
import { PROTOCOLS } from "./balancer-names";
import { Checks, isGiven } from "./checks";

const SECURE = ["HTTPS", "TLS"];
const LISTENER_PROTOCOLS: Record<string, string[]> = {
  app: ["HTTP", "HTTPS"],
  net: ["TCP", "TLS", "UDP", "TCP_UDP", "QUIC", "TCP_QUIC"],
};

const listener: Behaviour = {
  check: (inputs) => {
    const checks = new Checks(inputs).oneOf("protocol", PROTOCOLS).between("port", 1, 65_535);
    const { protocol, loadBalancerArn } = inputs;
    const kind = /:loadbalancer\/(\w+)\//.exec(textOf(loadBalancerArn) ?? "")?.[1] ?? "";
    if (typeof protocol === "string") {
      const allowed = LISTENER_PROTOCOLS[kind];
      if (allowed && !allowed.includes(protocol)) {
        checks.add("protocol", `must be one of ${allowed.join(", ")} on this load balancer, but is "${protocol}"`);
      }
      const secure = SECURE.includes(protocol);
      if (secure && !isGiven(inputs["certificateArn"])) checks.add("certificateArn", `is needed for ${protocol}`);
      if (!secure) {
        for (const property of ["certificateArn", "sslPolicy", "alpnPolicy"].filter((key) => isGiven(inputs[key]))) {
          checks.add(property, `is not for listeners with the protocol ${protocol}`);
        }
      }
    }
    if (kind !== "gwy" && !isGiven(inputs["port"])) checks.add("port", "is needed");
    checkActions(checks, "defaultActions");
    return checks.failures;
  },
  allow: ({ loadBalancerArn, port }, { cloud: { account } }, id) => {
    const others = account.all("aws:lb/listener:Listener").filter((entry) => entry.id !== id);
    if (!others.some(({ values }) => values["loadBalancerArn"] === loadBalancerArn && values["port"] === port)) return;
    throw new Error(
      `DuplicateListener: A listener already exists on this port for this load balancer '${shown(loadBalancerArn)}'`,
    );
  },
  id: ({ loadBalancerArn }) => `${shown(loadBalancerArn).replace(":loadbalancer/", ":listener/")}/${hex(16)}`,
  outputs: (id, { protocol }) => ({
    arn: id,
    protocol: "HTTP",
    sslPolicy: SECURE.includes(textOf(protocol) ?? "") ? "ELBSecurityPolicy-2016-08" : "",
  }),
};

const ACTION_NEEDS: Record<string, string[]> = {
  forward: ["targetGroupArn", "forward"],
  redirect: ["redirect"],
  "fixed-response": ["fixedResponse"],
  "authenticate-oidc": ["authenticateOidc"],
  "authenticate-cognito": ["authenticateCognito"],
  "jwt-validation": ["jwtValidation"],
};

function checkActions(checks: Checks, property: string): void {
  checks
    .oneOf(`${property}.type`, Object.keys(ACTION_NEEDS))
    .oneOf(`${property}.redirect.statusCode`, ["HTTP_301", "HTTP_302"])
    .between(`${property}.order`, 1, 50_000);
  for (const { path, value } of checks.at(property)) {
    const action = mapOf(value);
    const type = textOf(action["type"]) ?? "";
    const needs = ACTION_NEEDS[type] ?? [];
    if (needs.length > 0 && !needs.some((key) => isGiven(action[key]))) {
      checks.add(`${path}.${needs[0] ?? ""}`, `is needed when "type" is "${type}"`);
    }
  }
}

const CONDITIONS = ["hostHeader", "httpHeader", "httpRequestMethod", "pathPattern", "queryStrings", "sourceIp"];

const listenerRule: Behaviour = {
  check: (inputs) => {
    const checks = new Checks(inputs).between("priority", 1, 50_000);
    checkActions(checks, "actions");
    for (const { path, value } of checks.at("conditions")) {
      const given = CONDITIONS.filter((key) => isGiven(mapOf(value)[key]));
      if (given.length !== 1) checks.add(path, `needs exactly one of ${CONDITIONS.join(", ")}`);
    }
    return checks.failures;
  },
  allow: ({ listenerArn, priority }, site, id) => {
    const others = rulesOf(listenerArn, site).filter((entry) => entry.id !== id);
    if (!others.some(({ values }) => values["priority"] === priority)) return;
    throw new Error(`PriorityInUse: Priority '${shown(priority)}' is currently in use`);
  },
  id: ({ listenerArn }) => `${shown(listenerArn).replace(":listener/", ":listener-rule/")}/${hex(16)}`,
  outputs: (id, { listenerArn }, site, former) => {
    const priorities = rulesOf(listenerArn, site).map(({ values }) => Number(values["priority"]));
    return { arn: id, priority: former["priority"] ?? Math.max(0, ...priorities) + 1 };
  },
};

function rulesOf(listenerArn: Plain | undefined, { cloud: { account } }: Site) {
  return account.all("aws:lb/listenerRule:ListenerRule").filter(({ values }) => values["listenerArn"] === listenerArn);
}

export const listenerBehaviours: Readonly<Record<string, Behaviour>> = {
  "aws:lb/listener:Listener": listener,
  "aws:lb/listenerRule:ListenerRule": listenerRule,
  "aws:lb/listenerCertificate:ListenerCertificate": {
    id: ({ listenerArn, certificateArn }) => `${shown(listenerArn)}_${shown(certificateArn)}`,
  },
};
