/** Processor architectures of instances and images, in EC2's names. */
export type Architecture = "arm64" | "x86_64";

/**
 * The architecture of an instance type: AWS marks its own ARM processors (Graviton) by a "g" behind the generation
 * (`t4g.micro`, `c7gn.large`), but for the first, `a1`. Undefined for what is not the name of an instance type.
 */
export function architectureOf(instanceType: string): Architecture | undefined {
  const parts = /^([a-z]+(?:-[a-z0-9]+)?)(\d*)([a-z-]*)\.[a-z0-9-]+$/.exec(instanceType);
  if (!parts) return undefined;
  return instanceType.startsWith("a1.") || parts[3]?.includes("g") ? "arm64" : "x86_64";
}
