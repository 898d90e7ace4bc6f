// A pool of another team, with a disk and drivers of its own, in a cluster that the stack `clusterStack` of pulumi-cos has
// made. It needs that cluster's outputs and nothing else.
import * as pulumi from "@pulumi/pulumi";
import { ClientPool, type ClusterOutputs, MachineImage } from "pulumi-cos";

const stack = new pulumi.StackReference(new pulumi.Config().require("clusterStack"));
const cluster = stack.requireOutput("cluster") as pulumi.Output<ClusterOutputs>;
const { consul, nomad } = cluster;

// How agents find the servers: the tags are as the cluster's name is.
const clusterName = "cos-prod";

const pool = new ClientPool("analytics", {
  vpcId: cluster.vpcId,
  subnetIds: [0, 1, 2].map((zone) => cluster.apply(({ subnetIds }) => subnetIds["services"]?.[zone] ?? "")),
  image: new MachineImage("image"),
  cluster: {
    region: nomad.region,
    joinTag: { key: "cos-nomad-servers", value: clusterName },
    serverSecurityGroupId: nomad.serverSecurityGroupId,
    clientSecurityGroupId: nomad.clientSecurityGroupId,
    serviceSecurityGroupId: nomad.serviceSecurityGroupId,
    consul: {
      datacenter: consul.datacenter,
      joinTag: { key: "cos-consul-servers", value: clusterName },
      securityGroupId: consul.securityGroupId,
    },
  },
  clusterName,
  nodePool: "analytics",
  instanceTypes: ["r7g.large"],
  minSize: 1,
  maxSize: 3,
  dataVolumes: [{ device: "/dev/sdf", sizeGiB: 200, mountPoint: "/data", hostVolume: "data" }],
  drivers: ["docker", "java"],
});

export const autoScalingGroupName = pool.autoScalingGroupName;
