import type { Facts } from "../schema";

const NAME_LENGTH = 32;

/** Load balancers and what belongs to them. */
export const balancingFacts: Readonly<Record<string, Facts>> = {
  "aws:lb/loadBalancer:LoadBalancer": {
    replaces: "customerOwnedIpv4Pool internal loadBalancerType name namePrefix",
    computed:
      "enforceSecurityGroupInboundRulesOnPrivateLinkTraffic internal ipAddressType namePrefix " +
      "secondaryIpsAutoAssignedPerSubnet securityGroups subnetMappings subnets",
    defaults: {
      clientKeepAlive: 3600,
      desyncMitigationMode: "defensive",
      dnsRecordClientRoutingPolicy: "any_availability_zone",
      enableDeletionProtection: false,
      enableHttp2: true,
      idleTimeout: 60,
      loadBalancerType: "application",
      xffHeaderProcessingMode: "append",
    },
    autoName: { maxLength: NAME_LENGTH },
  },
  "aws:lb/targetGroup:TargetGroup": {
    replaces: "ipAddressType name namePrefix port protocol protocolVersion targetControlPort targetType vpcId",
    computed:
      "connectionTermination healthCheck ipAddressType loadBalancingAlgorithmType loadBalancingAnomalyMitigation " +
      "loadBalancingCrossZoneEnabled namePrefix preserveClientIp protocolVersion stickiness targetFailovers " +
      "targetGroupHealth targetHealthStates",
    defaults: { deregistrationDelay: 300, proxyProtocolV2: false, slowStart: 0, targetType: "instance" },
    autoName: { maxLength: NAME_LENGTH },
  },
  "aws:lb/listener:Listener": {
    replaces: "loadBalancerArn",
    computed: "mutualAuthentication protocol routingHttpResponseServerEnabled sslPolicy tcpIdleTimeoutSeconds",
  },
  "aws:lb/listenerRule:ListenerRule": { replaces: "listenerArn", computed: "priority" },
  "aws:lb/listenerCertificate:ListenerCertificate": { replaces: "certificateArn listenerArn" },
  "aws:wafv2/webAclAssociation:WebAclAssociation": { replaces: "resourceArn webAclArn" },
};
