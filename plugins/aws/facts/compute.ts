import type { Facts } from "../schema";

/** Launch templates, Auto Scaling, single instances. */
export const computeFacts: Readonly<Record<string, Facts>> = {
  "aws:ec2/launchTemplate:LaunchTemplate": {
    replaces: "name namePrefix",
    computed: "defaultVersion namePrefix",
    autoName: { maxLength: 128 },
  },
  "aws:autoscaling/group:Group": {
    replaces: "initialLifecycleHooks name namePrefix",
    computed:
      "availabilityZoneDistribution availabilityZones capacityReservationSpecification defaultCooldown desiredCapacity " +
      "healthCheckType loadBalancers namePrefix serviceLinkedRoleArn targetGroupArns trafficSources vpcZoneIdentifiers",
    defaults: {
      forceDelete: false,
      forceDeleteWarmPool: false,
      healthCheckGracePeriod: 300,
      ignoreFailedScalingActivities: false,
      metricsGranularity: "1Minute",
      protectFromScaleIn: false,
      waitForCapacityTimeout: "10m",
    },
  },
  "aws:autoscaling/lifecycleHook:LifecycleHook": { replaces: "autoscalingGroupName name", computed: "defaultResult" },
  "aws:autoscaling/policy:Policy": {
    replaces: "autoscalingGroupName name",
    computed: "metricAggregationType",
    defaults: { enabled: true, policyType: "SimpleScaling" },
  },
  "aws:autoscaling/attachment:Attachment": { replaces: "autoscalingGroupName elb lbTargetGroupArn" },
  "aws:ec2/instance:Instance": {
    replaces:
      "ami associatePublicIpAddress availabilityZone ebsOptimized ephemeralBlockDevices hibernation hostId " +
      "instanceMarketOptions ipv6Addresses keyName launchTemplate placementGroup placementPartitionNumber " +
      "privateDnsNameOptions privateIp securityGroups subnetId tenancy",
    computed:
      "ami associatePublicIpAddress availabilityZone capacityReservationSpecification cpuOptions disableApiStop " +
      "disableApiTermination ebsBlockDevices ebsOptimized enablePrimaryIpv6 enclaveOptions ephemeralBlockDevices hostId " +
      "hostResourceGroupArn iamInstanceProfile instanceInitiatedShutdownBehavior instanceMarketOptions instanceType " +
      "ipv6AddressCount ipv6Addresses keyName maintenanceOptions metadataOptions monitoring networkInterfaces " +
      "placementGroup placementGroupId placementPartitionNumber primaryNetworkInterface privateDnsNameOptions privateIp " +
      "rootBlockDevice secondaryNetworkInterfaces secondaryPrivateIps securityGroups subnetId tenancy userData " +
      "userDataBase64 vpcSecurityGroupIds",
    defaults: { forceDestroy: false, getPasswordData: false, sourceDestCheck: true, userDataReplaceOnChange: false },
  },
  "aws:ec2/volumeAttachment:VolumeAttachment": { replaces: "deviceName instanceId volumeId" },
  "aws:ec2/keyPair:KeyPair": {
    replaces: "keyName keyNamePrefix publicKey",
    computed: "keyNamePrefix",
    autoName: { property: "keyName" },
  },
};
