import * as pulumi from "@pulumi/pulumi";
import { applicationLoadBalancer } from "../load-balancer/application";
import { aliasRecords, httpsCertificate } from "../load-balancer/certificate";
import { healthCheck, healthQuestions } from "../load-balancer/health-check";
import {
  addresses,
  addressTypes,
  entryEdges,
  everybody,
  forwardTo,
  listener,
  toHttps,
} from "../load-balancer/listeners";
import { groupNamesOf, partiesOf } from "../load-balancer/groups";
import { targetGroup } from "../load-balancer/target-group";
import { fabioPorts, portGraph } from "../ports";
import { refuse } from "../refuse";
import { allow, securityGroup } from "../security-group";
import { type IngressArgs, ingressErrors, ingressHealthCheck } from "./args";

export { ingressErrors } from "./args";
export type { ApplicationLoadBalancerOptions, Scheme } from "../load-balancer/options";
export type { HealthCheckOptions } from "../load-balancer/health-check";
export type { Domain, HttpsOptions } from "../load-balancer/https";
export type { IngressArgs, IngressTransform, LoadBalancingAlgorithm } from "./args";

/**
 * The way in for requests: an Application Load Balancer in front of fabio on the nodes of client pools, which routes to the
 * services. Port 443 with a certificate and port 80 redirecting there, or port 80 alone.
 *
 * What else is to be behind the same load balancer can add rules to its {@link listenerArns}.
 */
export class Ingress extends pulumi.ComponentResource {
  /** URL at which it is reached: of `domain` where there is one, otherwise of the load balancer's own name. */
  readonly url: pulumi.Output<string>;
  /** DNS name of the load balancer. */
  readonly dnsName: pulumi.Output<string>;
  /** ID of the hosted zone of that name, for alias records of one's own. */
  readonly zoneId: pulumi.Output<string>;
  /** ARN of the load balancer. */
  readonly loadBalancerArn: pulumi.Output<string>;
  /** Name of the load balancer, as AWS has it. */
  readonly loadBalancerName: pulumi.Output<string>;
  /** ARN of the target group, whose targets are the pools' clients. */
  readonly targetGroupArn: pulumi.Output<string>;
  /** Of port 443, and of port 80, which redirects where there is HTTPS. */
  readonly listenerArns: { http: pulumi.Output<string>; https?: pulumi.Output<string> };
  /** ID of the load balancer's security group. */
  readonly securityGroupId: pulumi.Output<string>;
  /** ARN of the certificate, the given one or the one made for `domain`; undefined without HTTPS. */
  readonly certificateArn: pulumi.Output<string> | undefined;

  constructor(name: string, args: IngressArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse("Ingress", ingressErrors(args));
    super("cos:index:Ingress", name, {}, opts);

    const { vpcId, domain, tags, transform = {} } = args;
    const own = { parent: this };

    const description = "Ingress load balancer";
    const securityGroupId = securityGroup(`${name}-security-group`, { vpcId, description, tags }, own).id;
    allowIngress(name, args, securityGroupId, own);

    const loadBalancer = applicationLoadBalancer(
      name,
      {
        ...args,
        scheme: args.scheme ?? "public",
        securityGroupId,
        idleTimeoutSeconds: args.idleTimeoutSeconds ?? 60,
        transform: transform.loadBalancer,
      },
      own,
    );
    const targets = targetGroup(
      `${name}-fabio`,
      {
        vpcId,
        protocol: "HTTP",
        port: fabioPorts.proxy,
        healthCheck: healthCheck(healthQuestions.ingress, args.healthCheck, ingressHealthCheck),
        deregistrationDelaySeconds: args.deregistrationDelaySeconds ?? 30,
        autoScalingGroupNames: groupNamesOf(args.pools),
        options: {
          slowStart: args.slowStartSeconds ?? 0,
          loadBalancingAlgorithmType: args.loadBalancingAlgorithm ?? "round_robin",
        },
        tags,
        transform: transform.targetGroup,
      },
      own,
    );

    const certificateArn = httpsCertificate(name, args, { tags, transform: transform.certificate }, own);
    const forward = forwardTo(targets);
    const http = listener(
      `${name}-http`,
      { loadBalancer, port: 80, action: certificateArn ? toHttps : forward, tags, transform: transform.httpListener },
      own,
    );
    this.listenerArns = { http: http.arn };
    if (certificateArn) {
      const https = listener(
        `${name}-https`,
        {
          loadBalancer,
          port: 443,
          action: forward,
          certificateArn,
          sslPolicy: args.sslPolicy,
          tags,
          transform: transform.httpsListener,
        },
        own,
      );
      this.listenerArns.https = https.arn;
    }
    if (domain) aliasRecords(name, domain, { loadBalancer, types: addressTypes(args) }, own);

    this.url = pulumi.interpolate`${certificateArn ? "https" : "http"}://${domain?.name ?? loadBalancer.dnsName}`;
    this.dnsName = loadBalancer.dnsName;
    this.zoneId = loadBalancer.zoneId;
    this.loadBalancerArn = loadBalancer.arn;
    this.loadBalancerName = loadBalancer.name;
    this.targetGroupArn = targets.arn;
    this.securityGroupId = securityGroupId;
    this.certificateArn = certificateArn;
    this.registerOutputs({
      url: this.url,
      dnsName: this.dnsName,
      zoneId: this.zoneId,
      loadBalancerArn: this.loadBalancerArn,
      loadBalancerName: this.loadBalancerName,
      targetGroupArn: this.targetGroupArn,
      listenerArns: this.listenerArns,
      securityGroupId: this.securityGroupId,
      certificateArn: this.certificateArn,
    });
  }
}

/** The rules of who may use the load balancer, what it reaches, and what the pools' fabio reaches. */
function allowIngress(
  name: string,
  args: IngressArgs,
  securityGroupId: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): void {
  const { clientSecurityGroupId, tags } = args;
  const ingress = partiesOf(args.pools);
  const entries: Record<string, number> =
    args.protocol === "http" ? { HTTP: 80 } : { HTTPS: 443, "HTTP, redirected to HTTPS": 80 };
  allow(
    name,
    [...entryEdges("alb", entries), ...portGraph.filter(({ from }) => from === "alb")],
    { operator: addresses(args.allowedCidrs ?? everybody(args)), alb: [{ securityGroupId }], ingress },
    opts,
    tags,
  );
  if (clientSecurityGroupId === undefined) return;
  const services = portGraph.filter(({ from }) => from === "ingress");
  allow(name, services, { ingress, client: [{ securityGroupId: clientSecurityGroupId }] }, opts, tags);
}
