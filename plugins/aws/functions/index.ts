import type { ProviderFunction } from "../../stand-in";
import type { PlainMap, ValueMap } from "../../value";
import type { Cloud } from "../cloud";
import { type Schema, SchemaReader } from "../schema";
import { getAmi, getAmiIds } from "./images";
import { getInstances } from "./instances";
import { getManagedPrefixList, getParameter, getPrefixList, getSubnet, getVpc, getZone } from "./lookups";
import {
  getAvailabilityZones,
  getBalancerZone,
  getCallerIdentity,
  getIpRanges,
  getPartition,
  getRegion,
  getServicePrincipal,
} from "./places";
import { type FunctionToken, functionTokens } from "./tokens";

const calls: Record<FunctionToken, (inputs: PlainMap, cloud: Cloud) => ValueMap> = {
  "aws:index/getAvailabilityZones:getAvailabilityZones": getAvailabilityZones,
  "aws:index/getCallerIdentity:getCallerIdentity": getCallerIdentity,
  "aws:index/getIpRanges:getIpRanges": getIpRanges,
  "aws:index/getPartition:getPartition": getPartition,
  "aws:index/getRegion:getRegion": getRegion,
  "aws:index/getServicePrincipal:getServicePrincipal": getServicePrincipal,
  "aws:ec2/getAmi:getAmi": getAmi,
  "aws:ec2/getAmiIds:getAmiIds": getAmiIds,
  "aws:ec2/getInstances:getInstances": getInstances,
  "aws:ec2/getManagedPrefixList:getManagedPrefixList": getManagedPrefixList,
  "aws:ec2/getPrefixList:getPrefixList": getPrefixList,
  "aws:ec2/getSubnet:getSubnet": getSubnet,
  "aws:ec2/getVpc:getVpc": getVpc,
  "aws:elb/getHostedZoneId:getHostedZoneId": getBalancerZone,
  "aws:lb/getHostedZoneId:getHostedZoneId": getBalancerZone,
  "aws:route53/getZone:getZone": getZone,
  "aws:ssm/getParameter:getParameter": getParameter,
};

/** The stand-in's functions, by token. */
export function functions({ functions: shapes, types }: Schema): Readonly<Record<string, ProviderFunction<Cloud>>> {
  const reader = new SchemaReader(types);
  return Object.fromEntries(
    functionTokens.map((token): [string, ProviderFunction<Cloud>] => [
      token,
      {
        inputs: reader.properties(shapes[token] ?? {}),
        call: async (inputs, { config }) => Promise.resolve(calls[token](inputs, config)),
      },
    ]),
  );
}
