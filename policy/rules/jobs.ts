import { type Block, blocksOf } from "../hcl";
import { blockOfJson } from "../json-job";
import { resourceRule } from "../rule";

/** Jobs say what they need, how one sees that they are well, and how they are updated. */
export const limitedJobs = resourceRule(
  "limited-jobs",
  "Tasks of jobs have CPU and memory, services have checks, and jobs of the type service have an update stanza.",
  ["nomad:index/job:Job"],
  ({ jobspec, json }) => {
    if (typeof jobspec !== "string") return [];
    return jobsOf(jobspec, json === true).flatMap(jobViolations);
  },
);

function jobsOf(jobspec: string, isJson: boolean): Block[] {
  if (!isJson) return blocksOf(jobspec).filter(({ name }) => name === "job");
  try {
    return [blockOfJson(jobspec)];
  } catch {
    // Nomad refuses it, and says why.
    return [];
  }
}

function jobViolations(job: Block): string[] {
  const type = job.attributes["type"] ?? '"service"';
  const groups = childrenOf(job, "group");
  // A variable may make it one.
  const isService = type !== '"batch"' && type !== '"sysbatch"' && type !== '"system"';
  const found: string[] = [];
  for (const group of groups) {
    const title = `group ${group.labels[0] ?? ""}`;
    if (isService && childrenOf(job, "update").length === 0 && childrenOf(group, "update").length === 0) {
      found.push(`${title} has no update stanza: say how many are replaced at a time, and whether it goes back.`);
    }
    const tasks = childrenOf(group, "task");
    for (const task of tasks) {
      const given = Object.assign({}, ...childrenOf(task, "resources").map(({ attributes }) => attributes)) as object;
      const lacks = [...("cpu" in given || "cores" in given ? [] : ["CPU"]), ...("memory" in given ? [] : ["memory"])];
      if (lacks.length > 0) {
        const what = lacks.join(" and ");
        found.push(`task ${task.labels[0] ?? ""} of ${title} has no ${what} in its resources: say how much it gets.`);
      }
    }
    for (const service of [group, ...tasks].flatMap((each) => childrenOf(each, "service"))) {
      // A sidecar has checks of its own.
      if (childrenOf(service, "check").length > 0 || childrenOf(service, "connect").length > 0) continue;
      found.push(
        `service ${service.attributes["name"] ?? ""} of ${title} has no check: say how one sees that it is well.`,
      );
    }
  }
  return found;
}

/** Blocks of a name in a block; those that a `dynamic` makes, too. */
function childrenOf({ blocks }: Block, name: string): Block[] {
  return blocks.flatMap((block) => {
    if (block.name === name) return [block];
    return block.name === "dynamic" && block.labels[0] === name ? childrenOf(block, "content") : [];
  });
}
