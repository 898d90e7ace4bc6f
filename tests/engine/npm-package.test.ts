import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { cp, mkdir, symlink, writeFile } from "node:fs/promises";
import { builtinModules } from "node:module";
import { join } from "node:path";
import { runnablePack } from "../support/policy-pack";
import { RepositoryStack } from "../support/repository-stack";
import { removeDirectory, temporaryDirectory } from "../support/temporary";

const repository = join(__dirname, "..", "..");
/** Whose files npm packs: what the package is, and the typed bindings that the registry lacks where there is no network but it. */
const packed = { "pulumi-cos": [], "@pulumi/nomad": ["--workspace", "sdks/nomad"] };

interface Packed {
  filename: string;
  files: { path: string }[];
}

interface Manifest {
  version: string;
  dependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
  exports: Record<string, string | Record<string, string>>;
}

const manifest = JSON.parse(readFileSync(join(repository, "package.json"), "utf8")) as Manifest;

/** The program of the README's section on the library, in ten lines. */
const program = (start: string, exported: string) => `${start}
const cos = new Cos("cos", {
  nomad: { pools: [{ name: "services", instanceTypes: ["t4g.small"], minSize: 2, nodePool: "default" }] },
  ingresses: [{ name: "public", pools: ["services"], protocol: "http" }],
  apiAccess: { allowedCidrs: ["198.51.100.7/32"] },
});
const jobs = [{ file: jobFiles.fabio }, { file: jobFiles.ping }];
new NomadJobs("jobs", { jobs }, cos.forJobs);
${exported}
`;
const imported = 'import { Cos, jobFiles, NomadJobs } from "pulumi-cos";';
const url = 'cos.ingresses["public"]?.url';

/** The program as users write it, and what else their project needs for it. */
const kinds: Record<string, { file: string; text: string; type?: "module" }> = {
  TypeScript: { file: "index.ts", text: program(imported, `export const url: Output<string> | undefined = ${url};`) },
  CommonJS: {
    file: "index.js",
    text: program('const { Cos, jobFiles, NomadJobs } = require("pulumi-cos");', `exports.url = ${url};`),
  },
  ESM: { file: "index.js", text: program(imported, `export const url = ${url};`), type: "module" },
};

describe("the npm package", function () {
  this.timeout(600_000);
  let directory: string;
  let files: string[];

  /** Runs a program, which must succeed; its output. */
  async function run(command: string, args: string[], cwd = directory): Promise<string> {
    const { execa } = await import("execa");
    const { stdout, all, exitCode } = await execa(command, args, { cwd, all: true, reject: false });
    assert.equal(exitCode, 0, `${command} ${args.join(" ")}:\n${all}`);
    return stdout;
  }

  const tool = (name: string) => join(repository, "node_modules", ".bin", name);
  const installed = (...path: string[]) => join(directory, "node_modules", "pulumi-cos", ...path);

  /** A stack of the program of a kind. */
  const scratchStack = (kind: string) =>
    RepositoryStack.create(
      "scratch",
      {},
      {
        ...{ directory: join(directory, kind), project: "scratch" },
        config: { "aws:region": "eu-central-1" },
      },
    );

  /** A copy of the repository: npm compiles beside the sources, which other tests run meanwhile. */
  async function copyOfRepository(): Promise<string> {
    const copy = join(directory, "repository");
    const listed = await run("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], repository);
    for (const path of listed.split("\0")) {
      const file = join(repository, path);
      if (path !== "" && existsSync(file)) await cp(file, join(copy, path));
    }
    await symlink(join(repository, "node_modules"), join(copy, "node_modules"));
    return copy;
  }

  before("packed, and installed in a project elsewhere", async () => {
    directory = await temporaryDirectory("package");
    const copy = await copyOfRepository();
    const tarballs: string[] = [];
    for (const [name, options] of Object.entries(packed)) {
      const args = ["pack", "--json", "--pack-destination", directory, ...options];
      const [of] = JSON.parse(jsonIn(await run("npm", args, copy))) as Packed[];
      assert.ok(of);
      tarballs.push(join(directory, of.filename));
      if (name === "pulumi-cos") files = of.files.map(({ path }) => path);
    }
    await writeFile(join(directory, "package.json"), JSON.stringify({ name: "scratch", private: true }));
    await run("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", ...tarballs, "@pulumi/policy"]);
  });

  after(async () => {
    await removeDirectory(directory);
  });

  it("holds the library, the CLI, the image and the jobs, and no test, tool, secret or source twice", () => {
    const folders = new Set(
      files.map((path) =>
        path
          .split("/")
          .slice(0, path.startsWith("dist/") ? 2 : 1)
          .join("/"),
      ),
    );
    assert.deepEqual(
      [...folders].sort(),
      [
        ...["CHANGELOG.md", "LICENSE", "README.md", "package.json", "versions.json"],
        ...["ami", "cli", "components", "jobs", "policy", "dist/versions.json"],
        ...["dist/apis", "dist/cli", "dist/components", "dist/policy", "dist/programs"],
      ].sort(),
    );
    const strange = files.filter((path) =>
      /test|golden|bench|tools?\/|stand-in|secrets?\.(json|env|pem)|\.env|\.pem$|Pulumi\..*yaml/i.test(path),
    );
    assert.deepEqual(strange, []);
    assert.deepEqual(
      files.filter((path) => path.endsWith(".ts") && !path.endsWith(".d.ts")),
      [],
    );
    for (const job of ["jobs/fabio.nomad.hcl", "jobs/ping.nomad.hcl"]) assert.ok(files.includes(job), job);
  });

  it("has what its exports name, with types", () => {
    for (const key of Object.keys(manifest.exports)) {
      for (const target of targetsOf(key)) assert.ok(files.includes(target.replace("./", "")), `${key}: ${target}`);
    }
  });

  it("exports what the program imports: they are one code", () => {
    const program = readFileSync(join(repository, "index.ts"), "utf8");
    const values = [...program.matchAll(/^import \{.*\} from "\.\/components(.*)";$/gm)].map(
      ([, path = ""]) => `.${path}`,
    );
    assert.ok(values.length >= 2);
    for (const path of [...values, "."]) assert.ok(path in manifest.exports, path);
  });

  it("asks for what its files import, and for nothing else", () => {
    const used = new Set<string>();
    for (const path of files.filter((name) => /\.(js|mjs|d\.m?ts)$/.test(name))) {
      for (const name of importsOf(readFileSync(installed(path), "utf8"))) used.add(name);
    }
    const asked = [...Object.keys(manifest.dependencies), ...Object.keys(manifest.peerDependencies)];
    // The CLI compiles itself where its sources are: in the repository.
    used.delete("tsx");
    assert.deepEqual([...used].sort(), asked.sort());
  });

  it("has source maps that hold their sources", () => {
    const maps = files.filter((path) => path.endsWith(".js.map"));
    assert.ok(maps.includes("dist/components/cos/index.js.map"));
    for (const path of maps) {
      const { sources, sourcesContent } = JSON.parse(readFileSync(installed(path), "utf8")) as Record<string, string[]>;
      assert.equal(sourcesContent?.length, sources?.length, path);
      assert.ok(readFileSync(installed(path.replace(".map", "")), "utf8").includes("//# sourceMappingURL="), path);
    }
  });

  it("is one copy of Pulumi's SDK and of AWS's with the program that uses it", async () => {
    const listed = await run("npm", ["ls", "--all", "--parseable", "@pulumi/pulumi", "@pulumi/aws", "@pulumi/nomad"]);
    const copies = listed.split("\n").filter((path) => /@pulumi\/(pulumi|aws|nomad)$/.test(path));
    assert.deepEqual(copies.map((path) => path.split("/").at(-1)).sort(), ["aws", "nomad", "pulumi"], listed);
  });

  it("is publint's and arethetypeswrong's idea of a package", async () => {
    await run(tool("publint"), ["--strict", installed()]);
    // All resolutions but that of before `exports`; the programs that run in an `up` are ES modules.
    const programs = Object.keys(manifest.exports).filter((key) =>
      targetsOf(key).some((target) => /\.mjs$/.test(target)),
    );
    const tarball = join(directory, `pulumi-cos-${manifest.version}.tgz`);
    await run(tool("attw"), ["--profile", "node16", tarball, "--exclude-entrypoints", ...programs]);
    await run(tool("attw"), ["--profile", "esm-only", tarball, "--entrypoints", ...programs]);
  });

  it("has a CLI that runs without what it was compiled by", async () => {
    assert.match(await run("npx", ["--no", "--", "pulumi-cos", "--help"]), /Usage: pulumi-cos /);
    assert.match(
      await run("npx", ["--no", "--", "pulumi-cos", "cost", "--config", join(repository, "Pulumi.dev.yaml")]),
      /US dollars a month/,
    );
  });

  for (const [kind, { file, text, type }] of Object.entries(kinds)) {
    it(`is used by a program of ten lines in ${kind}, which the real engine previews`, async () => {
      const project = join(directory, kind);
      await mkdir(project);
      await symlink(join(directory, "node_modules"), join(project, "node_modules"));
      await writeFile(join(project, "package.json"), JSON.stringify({ name: kind.toLowerCase(), private: true, type }));
      await writeFile(
        join(project, file),
        kind === "TypeScript" ? `import type { Output } from "@pulumi/pulumi";\n${text}` : text,
      );
      await writeFile(
        join(project, "Pulumi.yaml"),
        "name: scratch\nruntime: { name: nodejs, options: { typescript: false } }\n",
      );
      if (kind === "TypeScript") {
        // Strict, and with the package's own types looked at.
        const options = [
          "--strict",
          "--module",
          "node16",
          "--target",
          "es2023",
          "--types",
          "node",
          "--skipLibCheck",
          "false",
        ];
        await run(tool("tsc"), [...options, file], project);
      }
      const stack = await scratchStack(kind);
      try {
        const { exitCode, text: said, changes } = await stack.preview();
        assert.equal(exitCode, 0, said);
        assert.deepEqual(Object.keys(changes), ["create"]);
        assert.ok((changes.create ?? 0) > 150, said);
      } finally {
        await stack.remove();
      }
    });
  }

  it("has a policy pack that takes what a program of ten lines asks for", async () => {
    const pack = await runnablePack(installed("policy", "main.js"), join(directory, "node_modules"));
    const stack = await scratchStack("CommonJS");
    try {
      const { exitCode, text } = await stack.preview("--policy-pack", pack.path);
      assert.equal(exitCode, 0, text);
      assert.match(text, /Policies:\n.* cos@v0\.0\.1/);
    } finally {
      await stack.remove();
      await pack.remove();
    }
  });
});

/** The files of an entry of the package's exports. */
function targetsOf(key: string): string[] {
  const entry = manifest.exports[key] ?? {};
  return typeof entry === "string" ? [entry] : Object.values(entry);
}

/** npm's answer, after what the scripts that it ran have printed. */
const jsonIn = (output: string) => output.slice(output.indexOf("["));

/** The packages that a module imports: not itself, what Node has, or other files. */
function importsOf(text: string): string[] {
  const found = text.matchAll(/(?:\bfrom |\brequire\(|\bimport\(|^import )["']([^."'$][^"'$]*)["']/gm);
  const names = [...found].map(([, name = ""]) =>
    name
      .split("/")
      .slice(0, name.startsWith("@") ? 2 : 1)
      .join("/"),
  );
  return names.filter((name) => !name.startsWith("node:") && !builtinModules.includes(name) && name !== "pulumi-cos");
}
