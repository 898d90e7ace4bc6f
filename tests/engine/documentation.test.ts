import assert from "node:assert/strict";
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseDocument } from "yaml";
import * as components from "../../components";
import { parseConfig } from "../../config";
import { resolveProgram } from "../../programs/resolve";
import { rules } from "../../policy/rules";
import { useDirectory } from "../support/directory";
import { stackValues } from "../support/stack-program";

const repository = join(__dirname, "..", "..");
const pages = [
  "README.md",
  "CONTRIBUTING.md",
  ...readdirSync(join(repository, "docs")).flatMap((name) => (name.endsWith(".md") ? `docs/${name}` : [])),
];

/** A block of a page that is code. */
interface Block {
  page: string;
  line: number;
  /** `sh` for those that are indented. */
  language: string;
  text: string;
}

const blocks = pages.flatMap((page) => blocksOf(page, readFileSync(join(repository, page), "utf8")));
const ofLanguage = (language: string) => blocks.filter((block) => block.language === language);
const title = ({ page, line }: Block) => `${page}:${line}`;

function blocksOf(page: string, text: string): Block[] {
  const found: Block[] = [];
  let open: Block | undefined;
  text.split("\n").forEach((line, i, lines) => {
    const fence = /^```(\w*)/.exec(line);
    if (open?.language === "sh" && open.text !== "" && isIndented(lines[open.line] ?? "") && !fence) {
      if (isIndented(line)) open.text += `${line.slice(4)}\n`;
      else open = undefined;
    } else if (open) {
      if (fence) open = undefined;
      else open.text += `${line}\n`;
    } else if (fence) {
      open = { page, line: i + 1, language: fence[1] ?? "", text: "" };
      found.push(open);
    } else if (isIndented(line) && lines[i - 1] === "") {
      open = { page, line: i, language: "sh", text: `${line.slice(4)}\n` };
      found.push(open);
    }
  });
  return found;
}

function isIndented(line: string): boolean {
  return /^ {4,}[a-z]/.test(line);
}

/**
 * What stands in README and docs is run: shell by bash, in a copy of the project, TypeScript by the compiler, YAML by what reads a stack's
 * configuration. Programs that need a cluster, an account or minutes are stand-ins, which refuse what the real ones would: `npm` scripts that there are not,
 * options that `pulumi-cos`, `pulumi` or the box do not know. What the commands do, other tests run.
 */
describe("the code in README and docs", function () {
  this.timeout(180_000);
  const directory = useDirectory("documentation");

  it("is all looked at here", () => {
    assert.deepEqual([...new Set(blocks.map(({ language }) => language))].sort(), ["", "json", "sh", "ts", "yaml"]);
    assert.ok(ofLanguage("sh").length >= 8 && ofLanguage("ts").length >= 10 && ofLanguage("yaml").length >= 6);
    // Without a language: pictures.
    for (const block of ofLanguage("")) assert.match(block.text, /──|►/, title(block));
  });

  let boxHelp: string;

  before(async () => {
    const { execa } = await import("execa");
    const box = ["--require", "tsx/cjs", "tests/box/cli.ts", "--help"];
    boxHelp = (await execa("node", box, { cwd: repository })).stdout;
  });

  /** Runs commands; their exit code, and what they said. */
  async function runCommands(text: string) {
    const { execa } = await import("execa");
    const { path: pulumi } = await resolveProgram("pulumi", {});
    directory.write("box-help", boxHelp);
    const standIns: Record<string, string> = {
      npm: `case $1 in
  install|start|stop|test) exit 0 ;;
  run) shift; [ "$1" = --silent ] && shift
    node -e 'process.exit(process.argv[1] in require("./package.json").scripts ? 0 : 1)' "$1" || exit
    [ "$1" != box ] || grep -qE "^  $3( |$)" "$PROJECT/../box-help" ;;
  *) exit 1 ;;
esac`,
      // 2 is what it does not understand; there is no cluster and no account here.
      npx: `[ "$1" = pulumi-cos ] || exit 1; shift; cd "$PROJECT"
AWS_EC2_METADATA_DISABLED=true PATH=${dirname(process.execPath)} node ${join(repository, "cli", "main.js")} "$@" >/dev/null 2>said
[ $? -ne 2 ] || { cat said >&2; exit 1; }`,
      pulumi: `exec ${pulumi} "$@" --help >/dev/null`,
      nomad: "",
      consul: "",
      curl: "echo 192.0.2.1",
      jq: "",
    };
    for (const [name, script] of Object.entries(standIns)) {
      chmodSync(directory.write(join("bin", name), `#!/bin/bash\n${script}\n`), 0o755);
    }
    const project = directory.at("project");
    mkdirSync(project, { recursive: true });
    for (const file of ["Pulumi.yaml", "Pulumi.dev.yaml"]) cpSync(join(repository, file), join(project, file));
    const { exitCode, all } = await execa("bash", ["-e", "-c", text], {
      cwd: repository,
      env: {
        PATH: `${directory.at("bin")}:${process.env.PATH ?? ""}`,
        PROJECT: project,
        PULUMI_SKIP_UPDATE_CHECK: "true",
      },
      all: true,
      reject: false,
    });
    return { exitCode, all };
  }

  for (const block of ofLanguage("sh")) {
    it(`${title(block)} is commands that there are`, async () => {
      const { exitCode, all } = await runCommands(block.text);
      assert.equal(exitCode, 0, `${block.text}\n${all}`);
    });
  }

  it("would not be run where it is wrong", async () => {
    const wrong = ["npm run bogus", "npm run box -- bogus", "npx pulumi-cos nodes --bogus", "pulumi preview --bogus"];
    for (const command of wrong) assert.notEqual((await runCommands(command)).exitCode, 0, command);
  });

  it("is, as TypeScript, what the compiler takes", async () => {
    const { execa } = await import("execa");
    // Each block with what the text around it speaks of.
    const folder = directory.path;
    const names = Object.keys(components).join(", ");
    const around = `import { ${names} } from "pulumi-cos";
declare const [vpcId, subnetIds, consulAddress, caPem]: [string, string[], string, string];
declare const image: MachineImage, consul: ConsulCluster, nomad: NomadCluster;
export function block() {
`;
    const all = ofLanguage("ts");
    all.forEach(({ text }, i) => {
      directory.write(`block${i}.ts`, text.startsWith("import ") ? text : `${around}${text}}\n`);
    });
    const compilerOptions = {
      ...{ noUnusedLocals: false, allowUnusedLabels: true, typeRoots: [join(repository, "node_modules", "@types")] },
      paths: { "pulumi-cos": [join(repository, "components", "index.ts")] },
    };
    const config = { extends: join(repository, "tsconfig.json"), compilerOptions, include: ["*.ts"], exclude: [] };
    directory.write("tsconfig.json", JSON.stringify(config));
    const { exitCode, all: said } = await execa("npx", ["tsc", "--project", folder], {
      ...{ cwd: repository, all: true, reject: false },
    });
    const where = said.replace(/\S*block(\d+)\.ts/g, (_, i: string) => title(all[Number(i)] as Block));
    assert.equal(exitCode, 0, where);
  });

  for (const block of ofLanguage("yaml")) {
    it(`${title(block)} is configuration that the program takes`, () => {
      for (const { config, stack } of configurationsIn(block)) parseConfig({ ...stackValues(stack), ...config });
    });
  }

  for (const block of ofLanguage("json")) {
    it(`${title(block)} configures rules that there are`, () => {
      const known = ["all", ...rules.map(({ name }) => name)];
      const unknown = Object.keys(JSON.parse(block.text) as object).filter((name) => !known.includes(name));
      assert.deepEqual(unknown, []);
    });
  }
});

/** What a block says, each of its lines by itself where they are steps; and the stack that it is for. */
function configurationsIn({ text }: Block): { config: Record<string, unknown>; stack: string }[] {
  const steps = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const keys = steps.map((line) => /^(cos:\w+):/.exec(line)?.[1]);
  const areSteps = keys.length > 1 && keys.every((key) => key !== undefined && key === keys[0]);
  return (areSteps ? steps : [text]).map((each) => {
    const values = parseDocument(each).toJS() as Record<string, unknown>;
    const config = (values["config"] as Record<string, unknown> | undefined) ?? values;
    const isLocal = "cos:existing" in config || "cos:local" in config || "cos:jobs" in config;
    return { config, stack: isLocal ? "local" : "dev" };
  });
}
