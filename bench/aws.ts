import { join } from "node:path";
import { RepositoryStack } from "../tests/support/repository-stack";
import { stackValues } from "../tests/support/stack-program";
import type { Suite } from "./suite";

const image = {
  "cos:image": { id: "ami-0123456789abcdef0", architecture: "arm64" },
};

/** A stack of as many pools as said, the first with an ingress. */
function withPools(count: number): Record<string, unknown> {
  const pools = Array.from({ length: count }, (_, i) => ({
    name: `pool-${i + 1}`,
    instanceTypes: ["t4g.micro"],
    minSize: 1,
  }));
  return {
    ...image,
    "cos:nomad": { pools },
    "cos:ingresses": [{ name: "public", pools: ["pool-1"], protocol: "http" }],
    "cos:jobs": [],
  };
}

/** The COS on AWS, as far as it goes without it: previews in an empty account of the stand-in. See issue 4, "Shown by". */
export const awsSuite: Suite = async ({ signal }, compare) => {
  const dev = await RepositoryStack.create("dev");
  const minimal = await RepositoryStack.create(
    "bench",
    {},
    {
      directory: join(__dirname, "minimal-aws"),
      project: "minimal-aws",
      config: { "aws:region": stackValues("dev")["aws:region"] },
    },
  );
  /** The seconds that a preview takes, and how many resources it has. */
  const preview = async (stack: RepositoryStack) => {
    signal.throwIfAborted();
    const begin = performance.now();
    const { exitCode, text, changes } = await stack.preview();
    const seconds = (performance.now() - begin) / 1000;
    if (exitCode !== 0) throw new Error(`pulumi preview failed:\n${text}`);
    return { seconds, resources: changes.create ?? 0 };
  };
  try {
    await dev.configure(image);
    await compare({
      name: "aws.preview",
      limit: 2,
      pairs: 5,
      ours: { title: "pulumi preview of dev", measure: async () => (await preview(dev)).seconds },
      baseline: {
        title: "pulumi preview of bench/minimal-aws",
        measure: async () => (await preview(minimal)).seconds,
      },
    });
    // A resource more takes no longer in a large stack than in a small one.
    await compare({
      name: "aws.preview-growth",
      limit: 1.25,
      rounds: 7,
      sizes: [1, 4, 16, 64],
      title: (pools) => `${pools} pools`,
      time: async (pools) => {
        await dev.configure(withPools(pools));
        const { seconds, resources } = await preview(dev);
        return { seconds, amount: resources };
      },
    });
  } finally {
    await minimal.remove();
    await dev.remove();
  }
};
