import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { blockingQueryTimeoutSeconds } from "../load-balancer/blocking-queries";
import { protocolOf, type ServerGroupRef } from "../load-balancer/groups";
import { healthCheck, healthQuestions, serverHealthCheck } from "../load-balancer/health-check";
import { addresses, entryEdges, forwardTo } from "../load-balancer/listeners";
import { targetGroup } from "../load-balancer/target-group";
import { loadBalancerName } from "../physical-name";
import { apiEdges, consulApiPort, nomadPorts } from "../ports";
import { refuse } from "../refuse";
import { allow, securityGroup } from "../security-group";
import { type ApiAccessArgs, apiAccessErrors } from "./args";

export { apiAccessErrors } from "./args";
export type { ServerGroupRef } from "../load-balancer/groups";
export type { ApiAccessArgs, ApiAccessTransform } from "./args";

/**
 * The stable addresses of the Consul and Nomad APIs: a Network Load Balancer in front of the servers. It is what the Nomad
 * provider, the command lines and the ready gate use from outside. Where the servers' APIs are by TLS, it passes that through: the servers' certificates
 * must be for its name.
 *
 * Let what uses the addresses depend on the component itself (`dependsOn`), not on the addresses alone: then it starts when
 * listeners and rules are there, and on `destroy` it goes before them.
 */
export class ApiAccess extends pulumi.ComponentResource {
  /** URL of the Consul API. */
  readonly consulAddress: pulumi.Output<string>;
  /** URL of the Nomad API. */
  readonly nomadAddress: pulumi.Output<string>;
  /** DNS name of the load balancer. */
  readonly dnsName: pulumi.Output<string>;
  /** ID of the hosted zone of that name, for alias records of one's own. */
  readonly zoneId: pulumi.Output<string>;
  /** ARN of the load balancer. */
  readonly loadBalancerArn: pulumi.Output<string>;
  /** Name of the load balancer, as AWS has it. */
  readonly loadBalancerName: pulumi.Output<string>;
  /** ARNs of the target groups, whose targets are servers. */
  readonly targetGroupArns: { consul: pulumi.Output<string>; nomad: pulumi.Output<string> };
  /** ARNs of the listeners. */
  readonly listenerArns: { consul: pulumi.Output<string>; nomad: pulumi.Output<string> };
  /** ID of the load balancer's security group. */
  readonly securityGroupId: pulumi.Output<string>;

  constructor(name: string, args: ApiAccessArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse("ApiAccess", apiAccessErrors(args));
    super("cos:index:ApiAccess", name, {}, opts);

    const { vpcId, consul, nomad, tags, transform = {} } = args;
    const own = { parent: this };
    const consulPort = consulApiPort(consul.tls);

    // There from the start: AWS takes no first security group for a Network Load Balancer later.
    const securityGroupId = securityGroup(
      `${name}-security-group`,
      { vpcId, description: "API load balancer", tags },
      own,
    ).id;
    allow(
      name,
      [
        ...entryEdges("api", { "Consul API": consulPort, "Nomad API": nomadPorts.http }),
        ...apiEdges("api", consul.tls),
      ],
      {
        operator: addresses(args.allowedCidrs),
        api: [{ securityGroupId }],
        "consul-server": [{ securityGroupId: consul.securityGroupId }],
        "nomad-server": [{ securityGroupId: nomad.securityGroupId }],
      },
      own,
      tags,
    );

    const resourceName = loadBalancerName(`${name}-nlb`);
    const loadBalancer = new aws.lb.LoadBalancer(
      resourceName,
      {
        loadBalancerType: "network",
        internal: args.scheme === "internal",
        ipAddressType: "ipv4",
        subnets: args.subnetIds,
        securityGroups: [securityGroupId],
        // Servers are few: a zone whose only one is away must still answer.
        enableCrossZoneLoadBalancing: true,
        enableDeletionProtection: args.deletionProtection ?? false,
        tags: { ...tags, Name: resourceName },
        ...transform.loadBalancer,
      },
      own,
    );

    const service = (
      key: "consul" | "nomad",
      port: number,
      targetTransform: Partial<aws.lb.TargetGroupArgs> | undefined,
      listenerTransform: Partial<aws.lb.ListenerArgs> | undefined,
    ) => {
      const targets = targetGroup(
        `${name}-${key}`,
        {
          vpcId,
          protocol: "TCP",
          port,
          healthCheck: healthCheck(
            { ...healthQuestions[key], protocol: protocolOf(args[key]) },
            args.healthCheck,
            serverHealthCheck,
          ),
          deregistrationDelaySeconds: args.deregistrationDelaySeconds ?? 30,
          autoScalingGroupNames: { servers: args[key].autoScalingGroupName },
          options: { connectionTermination: true, preserveClientIp: String(args.preserveClientIp ?? true) },
          tags,
          transform: targetTransform,
        },
        own,
      );
      const listener = new aws.lb.Listener(
        `${name}-${key}`,
        {
          loadBalancerArn: loadBalancer.arn,
          port,
          protocol: "TCP",
          tcpIdleTimeoutSeconds: blockingQueryTimeoutSeconds,
          defaultActions: [forwardTo(targets)],
          tags: { ...tags, Name: `${name}-${key}` },
          ...listenerTransform,
        },
        own,
      );
      return { targetGroupArn: targets.arn, listenerArn: listener.arn };
    };
    const consulApi = service("consul", consulPort, transform.consulTargetGroup, transform.consulListener);
    const nomadApi = service("nomad", nomadPorts.http, transform.nomadTargetGroup, transform.nomadListener);

    const url = (servers: ServerGroupRef, port: number) =>
      pulumi.interpolate`${protocolOf(servers).toLowerCase()}://${loadBalancer.dnsName}:${port}`;
    this.consulAddress = url(consul, consulPort);
    this.nomadAddress = url(nomad, nomadPorts.http);
    this.dnsName = loadBalancer.dnsName;
    this.zoneId = loadBalancer.zoneId;
    this.loadBalancerArn = loadBalancer.arn;
    this.loadBalancerName = loadBalancer.name;
    this.targetGroupArns = { consul: consulApi.targetGroupArn, nomad: nomadApi.targetGroupArn };
    this.listenerArns = { consul: consulApi.listenerArn, nomad: nomadApi.listenerArn };
    this.securityGroupId = securityGroupId;
    this.registerOutputs({
      consulAddress: this.consulAddress,
      nomadAddress: this.nomadAddress,
      dnsName: this.dnsName,
      zoneId: this.zoneId,
      loadBalancerArn: this.loadBalancerArn,
      loadBalancerName: this.loadBalancerName,
      targetGroupArns: this.targetGroupArns,
      listenerArns: this.listenerArns,
      securityGroupId: this.securityGroupId,
    });
  }
}
