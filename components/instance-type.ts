/** Processor architectures of instances and images, in EC2's names. */
export type Architecture = "arm64" | "x86_64";

/** Family, generation, attributes, what comes behind a hyphen, and size: `c7gn.large`, `c7i-flex.large`, `u7in-16tb.224xlarge`. */
const pattern = /^([a-z]+)(\d+)([a-z]*)(-[a-z0-9]+)?\.[a-z0-9]+(-[a-z0-9]+)?$/;

/** High-memory instances of the first kind, named by their memory: `u-6tb1.metal`. */
const highMemory = /^u-\d+tb\d+\.[a-z0-9]+$/;

/**
 * The architecture of an instance type: AWS marks its own ARM processors (Graviton) by a "g" among the attributes behind the
 * generation (`t4g.micro`, `c7gn.large`), but for the first, `a1`; NVIDIA's by `-gb`. Undefined for what is not the name of an
 * instance type that runs Linux: Macs do not.
 */
export function architectureOf(instanceType: string): Architecture | undefined {
  if (highMemory.test(instanceType)) return "x86_64";
  const [, family, generation, attributes, variant] = pattern.exec(instanceType) ?? [];
  if (family === undefined || family === "mac") return undefined;
  const arm = `${family}${generation ?? ""}` === "a1" || attributes?.includes("g") || variant?.startsWith("-gb");
  return arm ? "arm64" : "x86_64";
}

/** Whether an instance type is of a burstable family, the only ones with CPU credits. */
export function isBurstable(instanceType: string): boolean {
  return /^t[2-9][a-z]*\./.test(instanceType);
}
