import * as pulumi from "@pulumi/pulumi";
import { applicationLoadBalancer } from "../load-balancer/application";
import { blockingQueryTimeoutSeconds } from "../load-balancer/blocking-queries";
import { aliasRecords, httpsCertificate } from "../load-balancer/certificate";
import { groupNamesOf, partiesOf, protocolOf } from "../load-balancer/groups";
import { healthCheck, healthQuestions, serverHealthCheck } from "../load-balancer/health-check";
import { addresses, addressTypes, entryEdges } from "../load-balancer/listeners";
import { targetGroup } from "../load-balancer/target-group";
import { apiEdges } from "../ports";
import { refuse } from "../refuse";
import { allow, securityGroup } from "../security-group";
import { nodePorts, type UiAccessArgs, uiAccessErrors } from "./args";
import { entrancesOf, makeListeners, mapInterfaces, perInterface, type PerInterface } from "./entrances";

export { uiAccessErrors } from "./args";
export type { UiAccessArgs, UiAccessTransform, UserInterface } from "./args";
export type { PerInterface } from "./entrances";

/**
 * The user interfaces of Consul, Nomad and fabio behind one Application Load Balancer. Consul and Nomad both own the paths
 * `/ui` and `/v1`, so each has a port or a host name of its own.
 */
export class UiAccess extends pulumi.ComponentResource {
  /** URL of each user interface; `fabio` only where its pools are given. */
  readonly urls: PerInterface<pulumi.Output<string>>;
  /** DNS name of the load balancer. */
  readonly dnsName: pulumi.Output<string>;
  /** ID of the hosted zone of that name, for alias records of one's own. */
  readonly zoneId: pulumi.Output<string>;
  /** ARN of the load balancer. */
  readonly loadBalancerArn: pulumi.Output<string>;
  /** Name of the load balancer, as AWS has it. */
  readonly loadBalancerName: pulumi.Output<string>;
  /** ARNs of the target groups. */
  readonly targetGroupArns: PerInterface<pulumi.Output<string>>;
  /** By user interface; with `hosts`: `https` and the redirecting `http`, or `http` alone. */
  readonly listenerArns: Record<string, pulumi.Output<string>>;
  /** ID of the load balancer's security group. */
  readonly securityGroupId: pulumi.Output<string>;
  /** ARN of the certificate, the given one or the one made for `domain`; undefined without HTTPS. */
  readonly certificateArn: pulumi.Output<string> | undefined;

  constructor(name: string, args: UiAccessArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse("UiAccess", uiAccessErrors(args));
    super("cos:index:UiAccess", name, {}, opts);

    const { vpcId, domain, hosts, consul, nomad, fabio, tags, transform = {} } = args;
    const own = { parent: this };
    const entrances = entrancesOf(args);

    const description = "UI load balancer";
    const securityGroupId = securityGroup(`${name}-security-group`, { vpcId, description, tags }, own).id;
    allow(
      name,
      [...entryEdges("ui", entrances.ports), ...apiEdges("ui", consul.tls)],
      {
        operator: addresses(args.allowedCidrs),
        ui: [{ securityGroupId }],
        "consul-server": [{ securityGroupId: consul.securityGroupId }],
        "nomad-server": [{ securityGroupId: nomad.securityGroupId }],
        ingress: partiesOf(fabio?.pools ?? {}),
      },
      own,
      tags,
    );

    const loadBalancer = applicationLoadBalancer(
      name,
      {
        ...args,
        scheme: args.scheme ?? "public",
        securityGroupId,
        idleTimeoutSeconds: args.idleTimeoutSeconds ?? blockingQueryTimeoutSeconds,
        transform: transform.loadBalancer,
      },
      own,
    );
    const groups = {
      consul: { servers: consul.autoScalingGroupName },
      nomad: { servers: nomad.autoScalingGroupName },
      fabio: groupNamesOf(fabio?.pools ?? {}),
    };
    // What comes from a browser is by HTTPS where the arguments say so; this is by what it goes on.
    const protocols = { consul: protocolOf(consul), nomad: protocolOf(nomad), fabio: "HTTP" } as const;
    const targetGroups = perInterface(args, (ui) =>
      targetGroup(
        `${name}-${ui}`,
        {
          vpcId,
          protocol: protocols[ui],
          port: nodePorts(args)[ui],
          healthCheck: healthCheck(
            { ...healthQuestions[ui], protocol: protocols[ui] },
            args.healthCheck,
            serverHealthCheck,
          ),
          deregistrationDelaySeconds: args.deregistrationDelaySeconds ?? 30,
          autoScalingGroupNames: groups[ui],
          tags,
          transform: transform.targetGroups,
        },
        own,
      ),
    );

    const moreNames = Object.values(hosts ?? {});
    const certificateArn = httpsCertificate(name, args, { moreNames, tags, transform: transform.certificate }, own);
    this.listenerArns = makeListeners(name, args, { loadBalancer, targetGroups, certificateArn }, own);
    if (domain) aliasRecords(name, domain, { moreNames, loadBalancer, types: addressTypes(args) }, own);

    this.urls = entrances.urls(domain?.name ?? loadBalancer.dnsName);
    this.dnsName = loadBalancer.dnsName;
    this.zoneId = loadBalancer.zoneId;
    this.loadBalancerArn = loadBalancer.arn;
    this.loadBalancerName = loadBalancer.name;
    this.targetGroupArns = mapInterfaces(targetGroups, ({ arn }) => arn);
    this.securityGroupId = securityGroupId;
    this.certificateArn = certificateArn;
    this.registerOutputs({
      urls: this.urls,
      dnsName: this.dnsName,
      zoneId: this.zoneId,
      loadBalancerArn: this.loadBalancerArn,
      loadBalancerName: this.loadBalancerName,
      targetGroupArns: this.targetGroupArns,
      listenerArns: this.listenerArns,
      securityGroupId: this.securityGroupId,
      certificateArn: this.certificateArn,
    });
  }
}
