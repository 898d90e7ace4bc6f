/** The functions that the stand-in implements. */
export const functionTokens = [
  "aws:index/getAvailabilityZones:getAvailabilityZones",
  "aws:index/getCallerIdentity:getCallerIdentity",
  "aws:index/getIpRanges:getIpRanges",
  "aws:index/getPartition:getPartition",
  "aws:index/getRegion:getRegion",
  "aws:index/getServicePrincipal:getServicePrincipal",
  "aws:ec2/getAmi:getAmi",
  "aws:ec2/getAmiIds:getAmiIds",
  "aws:ec2/getInstances:getInstances",
  "aws:ec2/getManagedPrefixList:getManagedPrefixList",
  "aws:ec2/getPrefixList:getPrefixList",
  "aws:ec2/getSubnet:getSubnet",
  "aws:ec2/getVpc:getVpc",
  "aws:elb/getHostedZoneId:getHostedZoneId",
  "aws:lb/getHostedZoneId:getHostedZoneId",
  "aws:route53/getZone:getZone",
  "aws:ssm/getParameter:getParameter",
] as const;

export type FunctionToken = (typeof functionTokens)[number];
