import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DeclarationReflection, ProjectReflection } from "typedoc";

const repository = join(__dirname, "..", "..");

describe("the reference of every component and argument", function () {
  this.timeout(120_000);
  let project: ProjectReflection;
  let isClass: (reflection: DeclarationReflection) => boolean;
  let problems: number;
  let page: string;

  before(async () => {
    const { Application, ReflectionKind } = await import("typedoc");
    const app = await Application.bootstrapWithPlugins({
      ...(JSON.parse(readFileSync(join(repository, "typedoc.json"), "utf8")) as object),
      entryPoints: [join(repository, "components", "index.ts")],
      tsconfig: join(repository, "tsconfig.json"),
      logLevel: "Warn",
    });
    const converted = await app.convert();
    assert.ok(converted);
    project = converted;
    app.validate(project);
    problems = app.logger.errorCount + app.logger.warningCount;
    isClass = ({ kind }) => kind === ReflectionKind.Class;
    const directory = mkdtempSync(join(tmpdir(), "pulumi-cos-reference-"));
    try {
      await app.generateDocs(project, directory);
      page = readFileSync(join(directory, "interfaces", "ClientPoolArgs.html"), "utf8");
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  /** What has no docstring, among these. */
  const silent = (reflections: DeclarationReflection[]) =>
    reflections
      .filter(({ comment, signatures, getSignature, type, inheritedFrom }) => {
        const documented = comment ?? getSignature?.comment ?? signatures?.some((signature) => signature.comment);
        // What is inherited is described where it is from.
        return !documented && inheritedFrom === undefined && type?.type !== "reflection";
      })
      .map((reflection) => reflection.getFullName());

  it("is made without a word of complaint, links included", () => {
    assert.equal(problems, 0);
  });

  it("describes each export, and each argument, property and output of the components", () => {
    const all = project.children ?? [];
    const named = (pattern: RegExp) => all.filter(({ name }) => pattern.test(name));
    const components = all.filter(isClass);
    const interfaces = named(/(Args|Options|Settings|Ref|Volume|Mount|Statement)$/);
    assert.ok(components.length > 20 && interfaces.length > 40, `${components.length} ${interfaces.length}`);
    const members = [...components, ...interfaces].flatMap(({ children = [] }) =>
      children.filter(({ name }) => !["constructor", "transform"].includes(name)),
    );
    assert.ok(members.length > 300, String(members.length));
    assert.deepEqual(silent(all), []);
    assert.deepEqual(silent(members), []);
  });

  it("is pages that people can read", () => {
    assert.match(page, /A change replaces/);
    assert.match(page, /minSize/);
  });
});
