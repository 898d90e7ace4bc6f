import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** A group of nodes: the name of its Auto Scaling group, and the tag of those with its present launch template. */
export interface NodeTemplate {
  autoScalingGroupName: pulumi.Output<string>;
  nodeTemplateTag: pulumi.Output<string>;
}

const running = ["pending", "running"];

/**
 * The number of nodes of groups that started from an older launch template than their group's present one, and keep what
 * it says until they are replaced. Warns where there are any, once all groups have their template.
 */
export function outdatedNodes(groups: readonly NodeTemplate[], opts: pulumi.InvokeOptions): pulumi.Output<number> {
  const templates = pulumi.all(groups.map((group) => pulumi.all([group.nodeTemplateTag, group.autoScalingGroupName])));
  const instances = (...filters: { name: string; values: pulumi.Input<string[]> }[]) =>
    aws.ec2.getInstancesOutput({ instanceStateNames: running, filters }, opts).ids;
  // Asked when the groups have their templates, not before.
  const inGroups = {
    name: "tag:aws:autoscaling:groupName",
    values: templates.apply((known) => known.map(([, group]) => group).sort()),
  };
  const present = templates.apply((known) => [...new Set(known.map(([tag]) => tag))].sort());
  const count = pulumi
    .all([instances(inGroups), instances(inGroups, { name: "tag:cos-template", values: present })])
    .apply(([all, current]) => all.length - current.length);
  return count.apply((outdated) => {
    if (outdated > 0) {
      void pulumi.log.warn(
        `${outdated} ${outdated === 1 ? "node runs" : "nodes run"} an old launch template. Auto Scaling replaces clients by itself, ` +
          "unless `refresh` of their pool is false, and goes back where new ones do not come. Servers keep what they have where " +
          "`replaceServers` is false. `npx pulumi-cos nodes` lists what is left.",
      );
    }
    return outdated;
  });
}
